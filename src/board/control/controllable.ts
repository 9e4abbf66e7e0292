import type { FaultKind } from '../../faults/index.ts';
import type { BoardTrace } from '../handles/board-trace.ts';
import type { FaultHandle } from '../handles/fault-handle.ts';
import type { LineHandle } from '../handles/line-handle.ts';
import type { PartHandle } from '../handles/part-handle.ts';
import type { TraceFilter } from '../handles/traced-paths.ts';
import type { LineReport, PartReport } from '../thread/protocol.ts';
import type { ControlBus } from './protocol.ts';

/** A board as others may touch it. */
export interface Controllable {
  /** The board's title or file. */
  readonly name: string;
  parts(): readonly PartReport[];
  lines(): readonly LineReport[];
  buses(): readonly ControlBus[];
  /** @throws {Error} naming the parts that exist */
  part(name: string): ControlledPart;
  /** @throws {Error} naming the lines that exist */
  line(controller: string, line: number | string): Pick<LineHandle, 'path' | 'line' | 'set'>;
  /** The path of a node by path, alias or `&label`; undefined where there is none. */
  pathOf(name: string): string | undefined;
  /** Paths of real adapters, and of the buses and GPIO controllers on them. */
  real(): readonly string[];
  /** What of `real` a bus (`i2c-1`), part or GPIO controller is on; undefined: it is simulated, or not there. */
  realHostOf(name: string): string | undefined;
  /** Drives a pin of a GPIO expander, or lets go of it. @throws {Error} no such pin */
  drivePin(path: string, pin: number, high: boolean | undefined): void;
  /** The faults that the tree names. */
  faults(): readonly FaultHandle[];
  /** Puts a fault in. @throws {TypeError} {BoardError} as `Board.inject` */
  inject(kind: FaultKind, target: string, options: object): FaultHandle;
  /**
   * Begins to trace the board, and every other that comes to share its socket.
   * @returns what ends it
   * @throws {BoardError} the board does not have what the filter names
   */
  trace(only: TraceFilter, begun: (trace: BoardTrace) => void): () => void;
}

export type ControlledPart = Pick<PartHandle, 'path' | 'title' | 'get' | 'set' | 'registers' | 'follow'>;
