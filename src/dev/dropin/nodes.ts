import { BusFault } from '../../bus/index.ts';
import type { I2cDev } from '../i2c-dev.ts';
import type { SpiDev } from '../spi-dev.ts';
import type { SpiOpenOptions } from '../spi-settings.ts';

/** Where the drop-ins find their nodes: a board's, or what a test makes. */
export interface NodeSource {
  /** @throws {BusFault} `ENOENT` */
  open(path: string, options?: SpiOpenOptions): I2cDev | SpiDev;
  /** The GPIO controllers, in the order of their numbers; none where there is no such function. */
  gpioChips?(): readonly GpioChip[];
}

/** A GPIO controller as the drop-in for onoff uses it: `frontend` has one. */
export interface GpioChip {
  readonly lineCount: number;
  get(line: number): boolean;
  set(line: number, high: boolean): void;
  direction(line: number): 'in' | 'out' | 'none';
  setDirection(line: number, direction: 'in' | 'out' | 'none'): void;
  waitEdge(line: number, edge: 'rising' | 'falling' | 'both'): Promise<boolean>;
  endWait(line: number): void;
}

let provider: (() => NodeSource) | undefined;

/**
 * Says which board the drop-ins work on. The function is called when the first node is opened, and must give
 * the board without waiting.
 */
export function setBoardProvider(give: (() => NodeSource) | undefined): void {
  provider = give;
}

/** Opens a node of the board. @throws {BusFault} `ENOENT` */
export function openNode(path: string, options?: SpiOpenOptions): I2cDev | SpiDev {
  return source(path).open(path, options);
}

/** The GPIO controllers of the board. @throws {BusFault} `ENOENT` no board is open */
export function gpioChips(): readonly GpioChip[] {
  return source('GPIO').gpioChips?.() ?? [];
}

function source(wanted: string): NodeSource {
  if (provider !== undefined) return provider();
  throw new BusFault('ENOENT', `${wanted}: no board is open: set DTBUS_BOARD to the device tree of one`);
}
