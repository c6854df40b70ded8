import { seenTo } from './passage.ts';
import type { PortDeclaration } from '../ports.ts';

/** Says no to a call that its port was not declared for, as the COSI runtime words it. */
export interface Refusals {
  query(): Promise<never>;
  write(attempt: 'create' | 'update' | 'teardown' | 'destroy', id: string): Promise<never>;
  finalizers(): Promise<never>;
}

export function refusalsOf({ type: { namespace, type } }: PortDeclaration, controller: string): Refusals {
  const resource = `resource "${namespace}"/"${type}"`;
  const refuse = (why: string): Promise<never> => seenTo(Promise.reject(new Error(why)));
  return {
    query: () => refuse(`attempt to query ${resource}, not input or output for controller "${controller}"`),
    write: (attempt, id) =>
      refuse(`${resource} is not an output for controller "${controller}", ${attempt} attempted on "${id}"`),
    finalizers: () =>
      refuse(
        `attempt to change finalizers for ${resource}, not an input with Strong dependency for controller "${controller}"`,
      ),
  };
}
