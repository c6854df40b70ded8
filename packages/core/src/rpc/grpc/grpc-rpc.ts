import type { Logger } from '../../host/logger.ts';
import { realPace, type IndebtedPace } from '../../host/real/pace.ts';
import type { Rpc } from '../rpc.ts';
import { connect } from './channel.ts';
import { listen } from './listener.ts';

/**
 * The network: gRPC over HTTP/2 with @grpc/grpc-js. `log` hears of handlers that fail unexpectedly; `pace` is asked
 * before each connection that comes in, and told of what streams send.
 */
export function grpcRpc(log: Logger, pace: IndebtedPace = realPace()): Rpc {
  return {
    connect: (target, options = {}) => connect(target, options),
    listen: (target, services, options = {}) => listen(target, services, options, { log, pace }),
  };
}
