import pluralize from 'pluralize';

/** What follows from a type's name. */
export interface TypeNames {
  /** `Member` of `Members.cluster.talos.dev`. */
  readonly displayType: string;
  readonly aliases: readonly string[];
  readonly allAliases: readonly string[];
}

/** Refusals of a type's name. The texts are those of COSI's resource definitions. */
export class TypeNameError extends TypeError {
  constructor(type: string, reason: string) {
    super(`${JSON.stringify(type)}: ${reason}`);
    this.name = 'TypeNameError';
    this.reason = reason;
  }

  readonly reason: string;
}

const NAME = /^[A-Z][A-Za-z0-9-]+$/;
const SUFFIX = /^[a-z][a-z0-9-]+(\.[a-z][a-z0-9-]+)*$/;

/**
 * Derives display name and aliases from a type's full name, as COSI's resource definitions do.
 *
 * @param aliases those that the declaration gives; they come first.
 * @param automatic whether aliases are derived at all.
 * @throws TypeNameError if it is no type name.
 */
export function typeNames(type: string, aliases: readonly string[] = [], automatic = true): TypeNames {
  const { name, suffix } = splitType(type);
  const displayType = pluralize.singular(name);
  const lower = name.toLowerCase();
  const short = automatic ? [...aliases, displayType.toLowerCase(), ...initials(name)] : aliases;
  const long = automatic ? [lower, ...properPrefixes(suffix).map((prefix) => `${lower}.${prefix}`)] : [];
  return { displayType, aliases: short, allAliases: [...long, ...short] };
}

function splitType(type: string): { name: string; suffix: string } {
  const dot = type.indexOf('.');
  const refuse = (reason: string) => new TypeNameError(type, reason);
  if (dot < 0) throw refuse('missing suffix');
  const name = type.slice(0, dot);
  const suffix = type.slice(dot + 1);
  if (name === '') throw refuse('name is empty');
  if (suffix === '') throw refuse('suffix is empty');
  if (name === name.toLowerCase()) throw refuse('name should be in CamelCase');
  if (!NAME.test(name)) throw refuse(`name doesn't match ${JSON.stringify(NAME.source)}`);
  if (!SUFFIX.test(suffix)) throw refuse(`suffix doesn't match ${JSON.stringify(SUFFIX.source)}`);
  if (!pluralize.isPlural(name)) throw refuse('name should be plural');
  return { name, suffix };
}

/** `a` and `a.b` of `a.b.c`. */
function properPrefixes(suffix: string): string[] {
  const parts = suffix.split('.');
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join('.'));
}

/** The capitals of a name that has several, and their plural: `ksc`, `kscs`; nothing is added behind an `s`. */
function initials(name: string): string[] {
  const capitals = name.replaceAll(/[^A-Z]/g, '');
  if (capitals.length < 2) return [];
  const lower = capitals.toLowerCase();
  return lower.endsWith('s') ? [lower] : [lower, `${lower}s`];
}
