/** How a value of a spec looks: plain data, which every interpreter walks once when it compiles a type. */
export type Shape = ScalarShape | ListShape | MapShape | ObjectShape;

/** A value without parts. */
export type ScalarShape = PlainScalarShape | NamesShape;

export interface PlainScalarShape {
  readonly kind: 'scalar';
  readonly type:
    | 'string'
    | 'bool'
    | 'int32'
    | 'int64'
    | 'uint32'
    | 'timestamp'
    | 'duration'
    | 'ipAddress'
    | 'ipPrefix'
    | 'ipPort'
    | 'bytes'
    | 'textBytes'
    | 'hardwareAddress';
}

export interface NamesShape {
  readonly kind: 'scalar';
  /** `enum`: one of the names, a number on the wire. `flags`: any of them, joined by commas; the sum of their bits on the wire. */
  readonly type: 'enum' | 'flags';
  readonly names: Readonly<Record<string, number>>;
}

export interface ListShape {
  readonly kind: 'list';
  readonly item: Shape;
}

/** Text to text. */
export interface MapShape {
  readonly kind: 'map';
}

export interface ObjectShape {
  readonly kind: 'object';
  readonly fields: readonly NamedField[];
}

/** A field as an interpreter sees it. */
export interface NamedField {
  /** The property's name. */
  readonly name: string;
  /** The key in YAML. */
  readonly yaml: string;
  /** The protobuf field number. */
  readonly number: number;
  readonly shape: Shape;
  /** The property may be missing; then it is left out everywhere. */
  readonly optional: boolean;
  /** An empty value is left out of the YAML form. */
  readonly omitEmpty: boolean;
}
