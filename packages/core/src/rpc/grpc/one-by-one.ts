import type { Socket } from 'node:net';
import type { Pace } from '../../host/host.ts';

/**
 * Lets connections in one by one, as the pace allows. When a service comes back, hundreds come in one turn of the loop,
 * and each costs a tenth of a millisecond or two before anything is asked: some when it is accepted, most when it shows
 * that it speaks HTTP/2.
 */
export function oneByOne(enter: (socket: Socket) => void, pace: Pace): (socket: Socket) => void {
  const waiting: Socket[] = [];
  const letIn = async (): Promise<void> => {
    for (let socket = waiting[0]; socket !== undefined; socket = waiting[0]) {
      await pace.yield();
      waiting.shift();
      socket.off('error', ignore);
      if (!socket.destroyed) enter(socket);
    }
  };
  return (socket) => {
    const room = waiting.length === 0 ? pace.yield() : undefined;
    if (waiting.length === 0 && room === undefined) {
      enter(socket);
      return;
    }
    // One that breaks while it waits closes by itself.
    socket.on('error', ignore);
    waiting.push(socket);
    if (waiting.length === 1) void Promise.resolve(room).then(letIn);
  };
}

function ignore(): void {
  // Node closes the connection.
}
