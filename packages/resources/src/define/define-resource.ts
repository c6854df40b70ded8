import { resourceType, type PrintColumn, type ResourceType } from '../resource/resource-type.ts';
import { objectShape, type Fields, type SpecOf } from './fields.ts';
import { typeNames } from './names.ts';
import { specCodec, type CompiledCodec, type Layout } from './spec-codec.ts';

/** The declaration of a resource type: everything about it that does not follow from something else. */
export interface ResourceDeclaration<F extends Fields> {
  /** The full name, plural and in camel case, with a suffix: `Members.cluster.talos.dev`. */
  readonly type: string;
  /** The default namespace. */
  readonly namespace: string;
  /** The spec's fields in YAML order. */
  readonly fields: F;
  /** `bare`: the YAML form of the spec is the value of its only field, without a key. */
  readonly layout?: Layout;
  /** Titles and JSONPaths of the columns that a table shows. */
  readonly columns?: Readonly<Record<string, string>>;
  /** Only an admin may read it. */
  readonly sensitive?: boolean;
  /** More aliases than those that follow from the name. */
  readonly aliases?: readonly string[];
}

/** A type that knows the shape of its spec. */
export interface DeclaredType<S> extends ResourceType<S> {
  readonly spec: CompiledCodec<S>;
}

/**
 * Declares a resource type. Validation, freezing, the protobuf and YAML forms, the display name and the aliases follow.
 *
 * ```ts
 * const fields = { nodeId: string(1), addresses: list(2, ipAddress) };
 * export interface MemberSpec extends SpecOf<typeof fields> {}
 * export const Member: DeclaredType<MemberSpec> = defineResource({ type: 'Members.cluster.talos.dev', namespace: 'cluster', fields });
 * ```
 *
 * @throws TypeNameError if the name of the type breaks the rules for names.
 * @throws TypeError if two fields share a number or a YAML key.
 */
export function defineResource<F extends Fields>(declaration: ResourceDeclaration<F>): DeclaredType<SpecOf<F>> {
  const { type, namespace, fields, layout, columns = {}, sensitive = false, aliases } = declaration;
  return resourceType<SpecOf<F>>({
    type,
    namespace,
    ...typeNames(type, aliases),
    columns: Object.entries(columns).map(([name, jsonPath]): PrintColumn => ({ name, jsonPath })),
    sensitive,
    spec: specCodec<SpecOf<F>>(objectShape(fields), layout),
  }) as DeclaredType<SpecOf<F>>;
}
