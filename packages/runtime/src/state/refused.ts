/**
 * A promise that rejects as soon as somebody can have begun to wait for it. One that is rejected from the start is
 * reported to the process as unhandled, and taken back a moment later: that costs more than the refusal itself.
 */
export function refused(error: Error): Promise<never> {
  return new Promise((_resolve, reject) => {
    queueMicrotask(() => reject(error));
  });
}
