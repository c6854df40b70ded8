import { RpcStatus, type RpcStatusName } from '@cosi-ts/core';
import type { DiscoveryObserver, ObservedCall } from '@cosi-ts/discovery';
import { Counter, Histogram, type Registry } from 'prom-client';

const SERVICE = 'sidero.discovery.server.Cluster';

const METHODS: readonly ObservedCall[] = [
  ...['Hello', 'AffiliateUpdate', 'AffiliateDelete', 'List'].map((method) => ({ method, isStream: false })),
  { method: 'Watch', isStream: true },
];

const LABELS = ['grpc_type', 'grpc_service', 'grpc_method'] as const;

type CallObserver = Pick<DiscoveryObserver, 'callStarted' | 'messageSent' | 'callEnded'>;

/** The metrics of gRPC servers everywhere. Every series exists from the start, so that a first error is a change. */
export function callMetrics(registry: Registry): CallObserver {
  const registers = [registry];
  const counter = (name: string, help: string) => new Counter({ name, help, labelNames: LABELS, registers });
  const started = counter('grpc_server_started_total', 'Calls started.');
  const received = counter('grpc_server_msg_received_total', 'Messages received.');
  const sent = counter('grpc_server_msg_sent_total', 'Messages sent.');
  const handled = new Counter({
    name: 'grpc_server_handled_total',
    help: 'Calls ended, by status.',
    labelNames: [...LABELS, 'grpc_code'],
    registers,
  });
  const seconds = new Histogram({
    name: 'grpc_server_handling_seconds',
    help: 'Seconds that calls took.',
    labelNames: LABELS,
    buckets: [0.01, 0.1, 0.25, 0.5, 1, 2.5],
    registers,
  });
  for (const call of METHODS) {
    for (const metric of [started, received, sent]) metric.inc(labelsOf(call), 0);
    for (const code of CODES.values()) handled.inc({ ...labelsOf(call), grpc_code: code }, 0);
    seconds.zero(labelsOf(call));
  }
  return {
    callStarted(call) {
      started.inc(labelsOf(call));
      received.inc(labelsOf(call));
    },
    messageSent: (call) => sent.inc(labelsOf(call)),
    callEnded(call, status, millis) {
      handled.inc({ ...labelsOf(call), grpc_code: CODES.get(status) ?? status });
      seconds.observe(labelsOf(call), millis / 1000);
    },
  };
}

function labelsOf({ method, isStream }: ObservedCall) {
  return { grpc_type: isStream ? 'server_stream' : 'unary', grpc_service: SERVICE, grpc_method: method };
}

/** Statuses as Go spells them: `InvalidArgument`, `Canceled`. */
const CODES = new Map(
  (Object.keys(RpcStatus) as RpcStatusName[]).map((name) => [name, name === 'CANCELLED' ? 'Canceled' : spelled(name)]),
);

function spelled(name: string): string {
  if (name === 'OK') return name;
  return name.toLowerCase().replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
