import { oneLine } from '../input/index.ts';
/**
 * What a driver may ask about the device-tree node that describes its device: the counterpart of Linux's
 * `device_property_*`. Getters give `undefined` for a property that is absent and throw a `NodeError` for
 * one of the wrong form.
 */
export interface DeviceNode {
  /** `eeprom@50` */
  readonly name: string;
  /** `/i2c@1/eeprom@50` */
  readonly path: string;
  readonly compatible: readonly string[];
  /** Child nodes that are available (`status`), in tree order. */
  readonly children: readonly DeviceNode[];
  has(property: string): boolean;
  u32(property: string): number | undefined;
  u32s(property: string): readonly number[] | undefined;
  string(property: string): string | undefined;
  strings(property: string): readonly string[] | undefined;
  bytes(property: string): Uint8Array | undefined;
}

/** A node or one of its properties that a driver cannot work with. Says which, why, and what to do. */
export class NodeError extends Error {
  /** Path of the node. */
  readonly path: string;
  /** Name of the property, where one is to blame. */
  readonly property: string | undefined;
  readonly sentence: string;

  constructor(node: { readonly path: string }, property: string | undefined, sentence: string) {
    super(oneLine(`${node.path}${property === undefined ? '' : `: ${property}`}: ${sentence}`));
    this.name = 'NodeError';
    this.path = node.path;
    this.property = property;
    this.sentence = sentence;
  }
}

/** What may be asked of an error of a node, whichever class it has. */
export type NodeProblem = Pick<NodeError, 'path' | 'property' | 'sentence' | 'message'>;

/**
 * Tells a `NodeError` from other errors; so is what the getters of a device tree's own nodes throw: the same form in
 * a class of a room that this one does not import.
 */
export function isNodeError(error: unknown): error is NodeProblem {
  return error instanceof Error && 'path' in error && 'sentence' in error;
}

/** What a property says; undefined for one of the wrong form, where that is for others to report. */
export function wellFormed<Value>(read: () => Value): Value | undefined {
  try {
    return read();
  } catch (error) {
    if (isNodeError(error)) return undefined;
    throw error;
  }
}
