/**
 * Which service to speak to: the configured one, or where it sent us, for as long as that one works. After a failed
 * attempt it is the other one's turn, so that neither a dead target nor a switched-off origin cuts a node off for good.
 */
export class Route {
  readonly #configured: string;
  #redirect: string | undefined;
  #redirected = false;

  constructor(configured: string) {
    this.#configured = configured;
  }

  get endpoint(): string {
    return this.#redirected && this.#redirect !== undefined ? this.#redirect : this.#configured;
  }

  redirect(endpoint: string): void {
    this.#redirected = endpoint !== this.#configured;
    if (this.#redirected) this.#redirect = endpoint;
  }

  /** The configured service answered and sent us nowhere: what it said before is void. */
  settled(): void {
    if (!this.#redirected) this.#redirect = undefined;
  }

  failed(): void {
    this.#redirected = !this.#redirected && this.#redirect !== undefined;
  }
}
