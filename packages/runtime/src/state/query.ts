import type { Resource } from '@cosi-ts/resources';

/** A selection of resources: by id and by labels. Compiled once, asked often. */
export interface Query {
  matches(resource: Resource): boolean;
}
