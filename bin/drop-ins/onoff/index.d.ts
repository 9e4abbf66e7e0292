/** npm's onoff 6 on the GPIO lines of a dtbus board. */
export type High = 1;
export type Low = 0;
export type BinaryValue = High | Low;
export type Direction = 'in' | 'out' | 'high' | 'low';
export type Edge = 'none' | 'rising' | 'falling' | 'both';
export type ValueCallback = (error: Error | null | undefined, value: BinaryValue) => void;

export interface Options {
  /** In milliseconds. */
  debounceTimeout?: number;
  activeLow?: boolean;
  reconfigureDirection?: boolean;
}

export class Gpio {
  static HIGH: High;
  static LOW: Low;
  static accessible: boolean;
  /** `gpio`: the lines of the board's GPIO controllers, counted on from the first controller's line 0. */
  constructor(gpio: number, direction: Direction, edge?: Edge, options?: Options);
  constructor(gpio: number, direction: Direction, options?: Options);
  read(): Promise<BinaryValue>;
  read(callback: ValueCallback): void;
  readSync(): BinaryValue;
  write(value: BinaryValue): Promise<void>;
  write(value: BinaryValue, callback: (error: Error | null | undefined) => void): void;
  writeSync(value: BinaryValue): void;
  watch(callback: ValueCallback): void;
  unwatch(callback?: ValueCallback): void;
  unwatchAll(): void;
  direction(): 'in' | 'out';
  setDirection(direction: Direction): void;
  edge(): Edge;
  setEdge(edge: Edge): void;
  activeLow(): boolean;
  setActiveLow(invert: boolean): void;
  unexport(): void;
}
