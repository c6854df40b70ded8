/**
 * Answers requests of HTTP/1.1 on a listener's address, for browsers and scrapers. A throw becomes status 500; each
 * connection serves one request.
 */
export type WebHandler = (request: WebRequest) => Promise<WebResponse>;

/** Bodies are not read. */
export interface WebRequest {
  readonly method: string;
  /** Without the query, percent-encoded as it came. */
  readonly path: string;
  readonly query: URLSearchParams;
}

export interface WebResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Not sent in answer to HEAD. */
  readonly body: string;
}
