/** The operations of `cosi.resource.State`. */
export type Operation = 'Get' | 'List' | 'Create' | 'Update' | 'Destroy' | 'Watch' | 'Teardown' | 'TeardownAndDestroy';

export const STATE_SERVICE = 'cosi.resource.State';

/** The full path of an operation. */
export function methodOf(operation: Operation): string {
  return `/${STATE_SERVICE}/${operation}`;
}
