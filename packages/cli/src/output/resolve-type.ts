import { CommandError } from '../io.ts';
import { nearest } from './nearest.ts';

/** What resolving a type by name needs of its definition. */
export interface TypeNames {
  /** `Members.cluster.talos.dev`; in lower case, the id of its definition. */
  readonly type: string;
  /** Every other name that it goes by. */
  readonly allAliases: readonly string[];
}

/**
 * Finds the type that a name means: its full name or any alias, whatever the case.
 *
 * @throws CommandError if there is none, with the nearest name, or more than one, with all of them.
 */
export function resolveType<T extends TypeNames>(definitions: readonly T[], name: string): T {
  const wanted = name.toLowerCase();
  const matching = definitions.filter((definition) => namesOf(definition).includes(wanted));
  const [match, ...others] = matching;
  if (match === undefined) throw unknownType(definitions, name);
  if (others.length > 0) throw ambiguousType(matching, name);
  return match;
}

function namesOf({ type, allAliases }: TypeNames): readonly string[] {
  return [type, ...allAliases].map((alias) => alias.toLowerCase());
}

function unknownType(definitions: readonly TypeNames[], name: string): CommandError {
  const suggestion = nearest(name.toLowerCase(), definitions.flatMap(namesOf));
  const cure = suggestion === undefined ? '' : `did you mean ${JSON.stringify(suggestion)}? `;
  return new CommandError(`resource ${JSON.stringify(name)} is not registered: ${cure}"cosi get rd" lists every type`);
}

function ambiguousType(matching: readonly TypeNames[], name: string): CommandError {
  const types = matching.map(({ type }) => type.toLowerCase());
  return new CommandError(
    `resource type ${JSON.stringify(name)} is ambiguous: [${types.join(' ')}]: use one of these names`,
  );
}
