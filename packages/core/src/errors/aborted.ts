/** The reason a signal carries, always as an Error; what an aborted call rejects with. */
export function abortReason(signal: AbortSignal): Error {
  const reason: unknown = signal.reason;
  return reason instanceof Error ? reason : new DOMException('the operation was aborted', 'AbortError');
}

/** Whether a rejection only says that this very signal ended the work. */
export function isAbortOf(signal: AbortSignal, thrown: unknown): boolean {
  return signal.aborted && (thrown === signal.reason || (thrown instanceof Error && thrown.name === 'AbortError'));
}

/** Resolves when the signal is aborted; at once if it is. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** An end of one's own beside somebody else's. */
export interface LinkedAbort extends Disposable {
  /** Aborts with either. */
  readonly signal: AbortSignal;
  abort(reason?: unknown): void;
  /** Lets go of the other signal, which then says nothing here any more. Whoever aborted need not. */
  [Symbol.dispose](): void;
}

/**
 * A signal that aborts with `signal`, if there is one, or by itself. Node keeps what `AbortSignal.any` gives in a table of
 * the process as long as somebody listens to it, with all that waits for it; this one is held by `signal` alone, so that it
 * goes with a life that ends without a word.
 */
export function linkedAbort(signal: AbortSignal | undefined): LinkedAbort {
  const own = new AbortController();
  const follow = (): void => own.abort(signal?.reason);
  const release = (): void => signal?.removeEventListener('abort', follow);
  if (signal?.aborted === true) follow();
  else signal?.addEventListener('abort', follow, { once: true });
  return {
    signal: own.signal,
    abort(reason) {
      release();
      own.abort(reason);
    },
    [Symbol.dispose]: release,
  };
}
