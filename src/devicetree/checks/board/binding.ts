/** What a property of ours holds: dt-schema's names (schemas/types.yaml). */
export type PropertyType =
  | 'boolean'
  | 'uint32'
  | 'uint32-matrix'
  | 'uint8-array'
  | 'phandle'
  | 'string'
  | 'string-array';

export interface PropertySchema {
  readonly type?: PropertyType;
  /** The only values that it may have. */
  readonly values?: readonly (string | number)[];
  readonly minimum?: number;
  readonly maximum?: number;
}

/** One file of `dts/bindings`. */
export interface Binding {
  readonly file: string;
  /** Nodes that it is about; none for what may stand in any client of a bus. */
  readonly compatibles: readonly string[];
  /** The node has no other properties. */
  readonly isComplete: boolean;
  readonly required: readonly string[];
  readonly properties: Readonly<Record<string, PropertySchema>>;
}
