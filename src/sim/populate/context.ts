import type { DeviceNode } from '../../bus/index.ts';
import type { Contents } from '../../parts/index.ts';
import type { Clock } from '../kit/clock.ts';
import type { I2cWire } from '../wire/i2c-wire.ts';

/** What a part's model is given beside its node. */
export interface PartContext {
  readonly clock: Clock;
  /** Folder that relative file names of the tree start from. */
  readonly directory: string;
  /** Mistakes of a driver are told: `dtbus,strict`. */
  readonly strict?: boolean;
  /** Says one sentence to whoever runs the board; the node's path is put in front of it. */
  warn(sentence: string): void;
  /**
   * The file that a property of the node names, relative to the board's tree; undefined where the node has no such
   * property, and while the board is only looked at.
   * @throws {NodeError} when it cannot be read, or is no regular file.
   */
  readFile(property: string): Uint8Array | undefined;
  /**
   * Memory that keeps without power: `size` bytes, `fill` where nothing was ever written. They live in the
   * file that the node's `dtbus,contents` names, else only as long as the part.
   * @throws {NodeError} when the file cannot be read or does not fit.
   */
  contents(size: number, fill: number): Contents;
  /** To be called after the part's `addresses` changed. */
  readdress(): void;
  /** Makes a bus segment with the parts that are children of `node`: for a mux's channels. */
  segment(node: DeviceNode): I2cWire;
  /** An empty bus segment: a channel that the tree does not mention. */
  emptySegment(): I2cWire;
}
