/** Where a resource is in its life. Nothing but a writer moves it; a torn down one is destroyed by its owner. */
export type Phase = 'running' | 'tearingDown';

/** @returns undefined if the text is no phase; the texts are exact. */
export function parsePhase(text: string): Phase | undefined {
  return text === 'running' || text === 'tearingDown' ? text : undefined;
}
