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

/**
 * The metrics of gRPC servers everywhere. Every series exists from the start, so that a first error is a change. What
 * happens is counted in numbers, which become series when somebody asks: a call is short.
 */
export function callMetrics(registry: Registry): CallObserver {
  const registers = [registry];
  const seconds = new Histogram({
    name: 'grpc_server_handling_seconds',
    help: 'Seconds that calls took.',
    labelNames: LABELS,
    buckets: [0.01, 0.1, 0.25, 0.5, 1, 2.5],
    registers,
  });
  const all = METHODS.map((call) => tallyOf(call, seconds));
  const byMethod = new Map(all.map((tally) => [tally.method, tally]));
  const of = ({ method }: ObservedCall): Tally => byMethod.get(method) ?? unknownMethod(method);
  const counter = (name: string, help: string, count: (tally: Tally) => number): void => {
    const metric = new Counter({
      name,
      help,
      labelNames: LABELS,
      registers,
      collect() {
        metric.reset();
        for (const tally of all) metric.inc(tally.labels, count(tally));
      },
    });
  };
  counter('grpc_server_started_total', 'Calls started.', ({ started }) => started);
  // Each has one message, which starts it.
  counter('grpc_server_msg_received_total', 'Messages received.', ({ started }) => started);
  counter('grpc_server_msg_sent_total', 'Messages sent.', ({ sent }) => sent);
  const handled = new Counter({
    name: 'grpc_server_handled_total',
    help: 'Calls ended, by status.',
    labelNames: [...LABELS, 'grpc_code'],
    registers,
    collect() {
      handled.reset();
      for (const { labels, ended } of all) {
        for (const [code, name] of CODES) handled.inc({ ...labels, grpc_code: name }, ended.get(code) ?? 0);
      }
    },
  });
  return {
    callStarted: (call) => void (of(call).started += 1),
    messageSent: (call) => void (of(call).sent += 1),
    callEnded(call, status, millis) {
      const tally = of(call);
      tally.ended.set(status, (tally.ended.get(status) ?? 0) + 1);
      tally.times.observe(millis / 1000);
    },
  };
}

interface Tally {
  readonly method: string;
  readonly labels: Readonly<Record<(typeof LABELS)[number], string>>;
  started: number;
  sent: number;
  readonly ended: Map<RpcStatusName, number>;
  readonly times: Histogram.Internal<string>;
}

function tallyOf({ method, isStream }: ObservedCall, seconds: Histogram<(typeof LABELS)[number]>): Tally {
  const labels = { grpc_type: isStream ? 'server_stream' : 'unary', grpc_service: SERVICE, grpc_method: method };
  seconds.zero(labels);
  return { method, labels, started: 0, sent: 0, ended: new Map(), times: seconds.labels(labels) };
}

function unknownMethod(method: string): never {
  throw new Error(`the service has no method ${method}`);
}

/** Statuses as Go spells them: `InvalidArgument`, `Canceled`. */
const CODES = new Map(
  (Object.keys(RpcStatus) as RpcStatusName[]).map((name) => [name, name === 'CANCELLED' ? 'Canceled' : spelled(name)]),
);

function spelled(name: string): string {
  if (name === 'OK') return name;
  return name.toLowerCase().replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
