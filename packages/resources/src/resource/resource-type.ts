import type { Kind, Pointer } from './metadata.ts';
import { newMetadata, type NewMetadata, type Resource } from './resource.ts';

/** A column of `get`'s table: a title and the JSONPath of its cell, evaluated on the YAML form of the spec. */
export interface PrintColumn {
  readonly name: string;
  readonly jsonPath: string;
}

/** What is derived from a spec's fields; each is compiled once per type. */
export interface SpecCodec<S> {
  /** Checks a value from outside and makes it a spec of this type. @throws SchemaError naming the path. */
  validate(value: unknown): S;
  /**
   * Freezes a spec deeply, in place; called once, when the state takes it.
   *
   * @param before the frozen spec that it replaces: what both share is not looked at again.
   * @throws SchemaError for text that UTF-8 cannot carry.
   */
  freeze(spec: S, before?: S): S;
  /** Whether two specs say the same. */
  equals(a: S, b: S): boolean;
  /** The protobuf form. */
  encode(spec: S): Uint8Array;
  /** @throws SchemaError for bytes that are no such message. */
  decode(bytes: Uint8Array): S;
  /** The YAML form as text: block style, indented by 4, without a trailing newline; `{}` if empty. */
  toYaml(spec: S): string;
  /** The spec as plain data with its YAML names: what JSONPath and JSON output see. */
  toPlain(spec: S): unknown;
  /** From plain data with YAML names, as a YAML parser gives it. @throws SchemaError naming the path. */
  fromPlain(value: unknown): S;
}

/** A resource type, declared once; see `defineResource`. It is also the kind of its default namespace. */
export interface ResourceType<S = unknown> extends Kind {
  /** The default namespace. */
  readonly namespace: string;
  /** The full name: `Members.cluster.talos.dev`. */
  readonly type: string;
  /** Singular name for display: `Member`. */
  readonly displayType: string;
  readonly columns: readonly PrintColumn[];
  /** Whether only an admin may read it. */
  readonly sensitive: boolean;
  readonly aliases: readonly string[];
  readonly allAliases: readonly string[];
  readonly spec: SpecCodec<S>;
  /** The same type in another namespace. */
  in<N extends string>(namespace: N): ResourceType<S> & { readonly namespace: N };
  pointer(id: string): Pointer;
  /** A resource to be created. The caller gives the spec away. */
  create(id: string, spec: S, metadata?: NewMetadata): Resource<S>;
}

/** The spec type of a resource type. */
export type SpecTypeOf<T> = T extends ResourceType<infer S> ? S : never;

/** Builds the methods that every type has from what is declared and derived. */
export function resourceType<S>(declared: Omit<ResourceType<S>, 'in' | 'pointer' | 'create'>): ResourceType<S> {
  const type: ResourceType<S> = {
    ...declared,
    in: <N extends string>(namespace: N) =>
      ({ ...resourceType({ ...declared, namespace }), namespace }) as ResourceType<S> & { readonly namespace: N },
    pointer: (id) => ({ namespace: declared.namespace, type: declared.type, id }),
    create: (id, spec, metadata) => ({
      metadata: newMetadata({ namespace: declared.namespace, type: declared.type, id }, metadata),
      spec,
    }),
  };
  return type;
}
