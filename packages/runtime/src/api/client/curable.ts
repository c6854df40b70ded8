import { RpcError, type RpcStatusName } from '@cosi-ts/core';
import { InvalidBookmarkError, StateError, UnknownOutcomeError, WatchOverrunError } from '../../state/errors.ts';

/** What a server says on purpose, and will say again. */
const DELIBERATE: ReadonlySet<RpcStatusName> = new Set<RpcStatusName>([
  'INVALID_ARGUMENT',
  'NOT_FOUND',
  'PERMISSION_DENIED',
  'UNAUTHENTICATED',
  'UNIMPLEMENTED',
]);

/** Whether another stream may do what one that ended so could not. Defects are not curable. */
export function isCurable(error: unknown): boolean {
  if (error instanceof RpcError) return !DELIBERATE.has(error.status);
  if (!(error instanceof StateError)) return false;
  return (
    error instanceof WatchOverrunError || error instanceof InvalidBookmarkError || error instanceof UnknownOutcomeError
  );
}
