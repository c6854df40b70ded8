/** A histogram of how long things took. prom-client's own looks its series up by their labels at each observation. */
export class SecondsHistogram {
  readonly #name: string;
  readonly #help: string;
  readonly #bounds: readonly number[];
  readonly #series: Series[] = [];

  /** @param bounds upper bounds of its buckets in seconds, ascending */
  constructor(name: string, help: string, bounds: readonly number[]) {
    this.#name = name;
    this.#help = help;
    this.#bounds = bounds;
  }

  /** One of its series, which exists from now on. @param labels whose values need no escaping */
  series(labels: Readonly<Record<string, string>>): Series {
    const series = new Series(labels, this.#bounds);
    this.#series.push(series);
    return series;
  }

  /** All of it in Prometheus's text format. */
  text(): string {
    const head = [`# HELP ${this.#name} ${this.#help}`, `# TYPE ${this.#name} histogram`];
    return `${[...head, ...this.#series.flatMap((series) => series.lines(this.#name))].join('\n')}\n`;
  }
}

class Series {
  readonly #labels: string;
  readonly #bounds: readonly number[];
  /** By bucket; the last one has no bound. */
  readonly #counts: number[];
  #sum = 0;

  constructor(labels: Readonly<Record<string, string>>, bounds: readonly number[]) {
    this.#labels = Object.entries(labels)
      .map(([name, value]) => `${name}="${value}"`)
      .join(',');
    this.#bounds = bounds;
    this.#counts = Array<number>(bounds.length + 1).fill(0);
  }

  observe(seconds: number): void {
    let bucket = 0;
    while (bucket < this.#bounds.length && seconds > (this.#bounds[bucket] ?? 0)) bucket += 1;
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.#sum += seconds;
  }

  lines(name: string): string[] {
    let total = 0;
    const buckets = this.#counts.map((count, bucket) => {
      total += count;
      return `${name}_bucket{le="${this.#bounds[bucket] ?? '+Inf'}",${this.#labels}} ${total}`;
    });
    return [...buckets, `${name}_sum{${this.#labels}} ${this.#sum}`, `${name}_count{${this.#labels}} ${total}`];
  }
}
