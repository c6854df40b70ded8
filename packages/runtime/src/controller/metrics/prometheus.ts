import type * as Prometheus from 'prom-client';
import type { Outcome } from '../outcome.ts';
import type { MappingEvent, ObservedController, RuntimeObserver, WorkEvent } from './observer.ts';

/** What is used of the module `prom-client`: whoever wants metrics brings it. */
export type PrometheusModule = Pick<typeof Prometheus, 'Counter' | 'Gauge' | 'Histogram'>;

/**
 * Metrics of a controller runtime by the names that dashboards know: those of controller-runtime and its work queues,
 * and those of the COSI runtime.
 */
export function prometheusObserver(prometheus: PrometheusModule, registry: Prometheus.Registry): RuntimeObserver {
  const metrics = metricsIn(prometheus, registry);
  const controllers: ObservedController[] = [];
  loadGauges(prometheus, registry, controllers);
  return {
    registered(controller) {
      controllers.push(controller);
      metrics.begin(controller);
    },
    queued(controller, isRetry) {
      metrics.adds.inc({ name: controller, controller });
      if (isRetry) metrics.retries.inc({ name: controller, controller });
      metrics.wakeups.inc({ controller });
    },
    taken: (controller, seconds) => metrics.queueTime.observe({ name: controller, controller }, seconds),
    reconciled: (event) => reconciled(metrics, event),
    mapped: (event) => mapped(metrics, event),
    crashed: (controller) => metrics.crashes.inc({ controller }),
    cached: (sizes) => cachedGauge(prometheus, registry, sizes),
    called: (controller, kind) => metrics[kind === 'read' ? 'reads' : 'writes'].inc({ controller }),
  };
}

type Metrics = ReturnType<typeof metricsIn>;

function metricsIn({ Counter, Histogram, Gauge }: PrometheusModule, registry: Prometheus.Registry) {
  const registers = [registry];
  const counter = <L extends string>(name: string, help: string, ...labelNames: readonly L[]) =>
    new Counter<L>({ name, help, labelNames, registers });
  const time = <L extends string>(name: string, help: string, ...labelNames: readonly L[]) =>
    new Histogram<L>({ name, help, labelNames, registers, buckets: BUCKETS });
  const queue = ['name', 'controller'] as const;
  const hands = new Gauge({
    name: 'controller_runtime_max_concurrent_reconciles',
    help: 'Keys that may be reconciled at the same time.',
    labelNames: ['controller'],
    registers,
  });
  const metrics = {
    total: counter('controller_runtime_reconcile_total', 'Reconciles, by result.', 'controller', 'result'),
    errors: counter('controller_runtime_reconcile_errors_total', 'Reconciles that failed.', 'controller'),
    terminal: counter(
      'controller_runtime_terminal_reconcile_errors_total',
      'Failures that are not tried again; there are none.',
      'controller',
    ),
    panics: counter(
      'controller_runtime_reconcile_panics_total',
      'Failures that are mistakes of a program.',
      'controller',
    ),
    timeouts: counter(
      'controller_runtime_reconcile_timeouts_total',
      'Reconciles that were cut off; none are.',
      'controller',
    ),
    reconcileTime: time('controller_runtime_reconcile_time_seconds', 'Time of a reconcile.', 'controller'),
    adds: counter('workqueue_adds_total', 'Keys that were put in line.', ...queue),
    retries: counter('workqueue_retries_total', 'Keys that came again since they failed or asked for it.', ...queue),
    queueTime: time('workqueue_queue_duration_seconds', 'Time that a key stood in line.', ...queue),
    workTime: time('workqueue_work_duration_seconds', 'Time that a key was worked on.', ...queue),
    crashes: counter('controller_crashes', 'Restarts of a controller after an error.', 'controller'),
    wakeups: counter('controller_wakeups', 'Wake-ups of a controller.', 'controller'),
    reads: counter('controller_reads', 'Reads by a controller.', 'controller'),
    writes: counter('controller_writes', 'Writes by a controller.', 'controller'),
    queueCrashes: counter('qcontroller_crashes', 'Failures of one key, or of a mapping to keys.', 'controller'),
    skips: counter('qcontroller_skips', 'Reconciles that could do nothing yet.', 'controller'),
    requeues: counter('qcontroller_requeues', 'Reconciles that asked to be run again.', 'controller'),
    processed: counter('qcontroller_processed', 'Reconciles.', 'controller'),
    mappedIn: counter('qcontroller_mapped_in', 'Changes that were mapped to keys.', 'controller'),
    mappedOut: counter('qcontroller_mapped_out', 'Keys that changes were mapped to.', 'controller'),
    mapBusy: counter('qcontroller_map_busy', 'Seconds spent in mappings.', 'controller'),
    reconcileBusy: counter('qcontroller_reconcile_busy', 'Seconds spent in reconciles.', 'controller'),
    cycles: counter('reconcile_cycles', 'Reconciles of an operator.', 'controller'),
    items: counter('reconcile_input_items', 'Inputs that an operator looked at.', 'controller'),
    busy: counter('reconcile_busy', 'Seconds spent in the reconciles of an operator.', 'controller'),
  };
  return {
    ...metrics,
    /** Shows a controller from its beginning, with nothing done yet. */
    begin({ name, concurrency }: ObservedController): void {
      hands.set({ controller: name }, concurrency);
      for (const result of RESULTS) metrics.total.inc({ controller: name, result }, 0);
      const { errors, terminal, panics, timeouts, crashes, wakeups, reads, writes } = metrics;
      for (const one of [errors, terminal, panics, timeouts, crashes, wakeups, reads, writes]) {
        one.inc({ controller: name }, 0);
      }
    },
  };
}

const RESULTS = ['success', 'error', 'requeue', 'requeue_after'] as const;

/** Seconds: from what an operator takes to what is a scandal. */
const BUCKETS = [0.00001, 0.0001, 0.001, 0.005, 0.025, 0.1, 0.5, 1, 5, 10, 60];

function reconciled(metrics: Metrics, { controller, style, outcome, seconds, inputs }: WorkEvent): void {
  metrics.total.inc({ controller, result: resultOf(outcome) });
  metrics.reconcileTime.observe({ controller }, seconds);
  metrics.workTime.observe({ name: controller, controller }, seconds);
  if (outcome.kind === 'failed') {
    metrics.errors.inc({ controller });
    if (isMistake(outcome.error)) metrics.panics.inc({ controller });
  }
  if (inputs !== undefined) {
    metrics.cycles.inc({ controller });
    metrics.items.inc({ controller }, inputs);
    metrics.busy.inc({ controller }, seconds);
  }
  if (style === 'loop') return;
  metrics.processed.inc({ controller });
  metrics.reconcileBusy.inc({ controller }, seconds);
  if (outcome.kind === 'failed') metrics.queueCrashes.inc({ controller });
  else if (outcome.kind === 'skipped') metrics.skips.inc({ controller });
  else if (outcome.after !== undefined) metrics.requeues.inc({ controller });
}

function mapped(metrics: Metrics, { controller, keys, outcome, seconds }: MappingEvent): void {
  metrics.mappedIn.inc({ controller });
  metrics.mappedOut.inc({ controller }, keys);
  metrics.mapBusy.inc({ controller }, seconds);
  if (outcome.kind === 'failed') metrics.queueCrashes.inc({ controller });
}

function resultOf({ kind, after }: Outcome): (typeof RESULTS)[number] {
  if (kind === 'failed') return after === undefined ? 'error' : 'requeue';
  return after === undefined ? 'success' : 'requeue_after';
}

/** What Go programs panic with. */
function isMistake(thrown: unknown): boolean {
  return (
    thrown instanceof TypeError ||
    thrown instanceof RangeError ||
    thrown instanceof ReferenceError ||
    !(thrown instanceof Error)
  );
}

function cachedGauge(
  { Gauge }: PrometheusModule,
  registry: Prometheus.Registry,
  sizes: () => ReadonlyMap<string, number>,
): void {
  const gauge: Prometheus.Gauge<'resource_type'> = new Gauge({
    name: 'cached_resources',
    help: 'Resources that controllers read from what is at hand.',
    labelNames: ['resource_type'],
    registers: [registry],
    collect() {
      for (const [type, size] of sizes()) gauge.set({ resource_type: type }, size);
    },
  });
}

/** Asked for when somebody looks. */
function loadGauges(
  { Gauge }: PrometheusModule,
  registry: Prometheus.Registry,
  controllers: readonly ObservedController[],
): void {
  const gauge = <L extends string>(
    name: string,
    help: string,
    labels: (controller: string) => Record<L, string>,
    value: (load: ReturnType<ObservedController['load']>) => number,
  ) => {
    const labelNames = Object.keys(labels('')) as L[];
    const made: Prometheus.Gauge<L> = new Gauge<L>({
      name,
      help,
      labelNames,
      registers: [registry],
      collect() {
        for (const { name: controller, load } of controllers) made.set(labels(controller), value(load()));
      },
    });
  };
  const byName = (controller: string) => ({ name: controller, controller });
  const byController = (controller: string) => ({ controller });
  gauge(
    'workqueue_depth',
    'Keys in line.',
    (controller) => ({ ...byName(controller), priority: '' }),
    ({ depth }) => depth,
  );
  gauge(
    'workqueue_unfinished_work_seconds',
    'Time that the work under way has taken.',
    byName,
    (load) => load.unfinished,
  );
  gauge(
    'workqueue_longest_running_processor_seconds',
    'Time that the longest work under way has taken.',
    byName,
    ({ longest }) => longest,
  );
  gauge('controller_runtime_active_workers', 'Keys that are worked on.', byController, ({ active }) => active);
  gauge('qcontroller_queue_length', 'Keys in line or worked on.', byController, ({ depth, active }) => depth + active);
}
