import { Connection } from './connection.ts';
import { headers, type ClusterRequests } from './requests.ts';

export interface CallersOptions {
  readonly address: string;
  readonly cluster: ClusterRequests;
  readonly connections: number;
  readonly inFlight: number;
  readonly affiliates: number;
  /** Whether each call says something new. */
  readonly changes: boolean;
}

/** What callers measured. */
export interface Called {
  readonly calls: number;
  readonly refused: number;
  /** Milliseconds of each call, sorted. */
  readonly latencies: Float64Array;
}

/** Callers that have so many updates under way, and begin another one as soon as one is done. */
export class Callers {
  readonly #options: CallersOptions;
  readonly #connections: readonly Connection[];
  readonly #headers = headers('AffiliateUpdate');
  readonly #bodies: Buffer[];
  #number = 0;

  private constructor(connections: readonly Connection[], options: CallersOptions) {
    this.#options = options;
    this.#connections = connections;
    this.#bodies = Array.from({ length: options.affiliates }, (_, affiliate) => options.cluster.update(affiliate, 0));
  }

  /** Connects, and stores every affiliate once. */
  static async open(options: CallersOptions): Promise<Callers> {
    const connections = await Promise.all(
      Array.from({ length: options.connections }, () => Connection.open(options.address)),
    );
    const callers = new Callers(connections, options);
    await callers.store();
    return callers;
  }

  /** One update of each affiliate, at most so many under way. */
  async store(): Promise<void> {
    const { affiliates, inFlight } = this.#options;
    let next = 0;
    const caller = async (connection: Connection): Promise<void> => {
      while (next < affiliates) {
        const body = this.#bodies[next] as Buffer;
        next += 1;
        await connection.unary(this.#headers(), body);
      }
    };
    await Promise.all(Array.from({ length: inFlight }, (_, index) => caller(this.#connectionOf(index))));
  }

  /** Calls for so many milliseconds. */
  run(millis: number): Promise<Called> {
    const { inFlight } = this.#options;
    const latencies: number[] = [];
    const end = performance.now() + millis;
    let refused = 0;
    let open = inFlight;
    return new Promise((resolve) => {
      const call = (connection: Connection): void => {
        const start = performance.now();
        if (start >= end) {
          open -= 1;
          if (open === 0) resolve({ calls: latencies.length, refused, latencies: Float64Array.from(latencies).sort() });
          return;
        }
        const body = this.#next();
        let isAnswered = false;
        connection.call(this.#headers(), body, {
          message: () => (isAnswered = true),
          end: () => {
            latencies.push(performance.now() - start);
            if (!isAnswered) refused += 1;
            call(connection);
          },
        });
      };
      for (let index = 0; index < inFlight; index += 1) call(this.#connectionOf(index));
    });
  }

  close(): void {
    for (const connection of this.#connections) connection.close();
  }

  #next(): Buffer {
    const { affiliates, changes, cluster } = this.#options;
    const affiliate = this.#number % affiliates;
    this.#number += 1;
    return changes ? cluster.update(affiliate, this.#number) : (this.#bodies[affiliate] as Buffer);
  }

  #connectionOf(index: number): Connection {
    return this.#connections[index % this.#connections.length] as Connection;
  }
}
