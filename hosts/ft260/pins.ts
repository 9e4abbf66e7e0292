import type { BusFault } from '../../src/bus/index.ts';
import { busPin, type PinBank } from '../pins/index.ts';
import { BUS_PINS, FEATURE, GPIO_BYTES, PINS, PORT_A, SET, setSystem } from './protocol.ts';

/** How the pins ask for feature reports. All throw a `BusFault`. */
export interface Features {
  readonly description: string;
  get(number: number, length: number, signal: AbortSignal): Promise<Uint8Array>;
  set(report: Uint8Array, signal: AbortSignal): Promise<void>;
}

/** What takes a pin from another function, by pin (AN_394, 4.5). GPIOB to F, and H, are those of the serial port. */
const UART_OFF = setSystem(SET.UART, 0);
const FREED: Readonly<Record<number, Uint8Array>> = {
  2: setSystem(SET.GPIO2, 0),
  3: setSystem(SET.INTERRUPT, 0),
  4: setSystem(SET.DCD_RI, 0),
  5: setSystem(SET.DCD_RI, 0),
  [PORT_A]: setSystem(SET.GPIO_A, 0),
  [PORT_A + 6]: setSystem(SET.GPIO_G, 0),
};

/** Where `FEATURE.GPIO` has levels and directions of the port of a pin, and the bit of the pin. */
function placeOf(line: number): { readonly at: number; readonly bit: number } {
  return line < PORT_A ? { at: 1, bit: 1 << line } : { at: 3, bit: 1 << (line - PORT_A) };
}

/** The pins GPIO0 to GPIO5 and GPIOA to GPIOH of an FT260, by control requests. */
export class Ft260Pins implements PinBank {
  readonly count = PINS;
  readonly #features: Features;

  constructor(features: Features) {
    this.#features = features;
  }

  get description(): string {
    return this.#features.description;
  }

  nameOf(line: number): string {
    return `GPIO${line < PORT_A ? line : 'ABCDEFGH'[line - PORT_A]}`;
  }

  refusal(line: number): BusFault | undefined {
    return BUS_PINS.includes(line) ? busPin(this.nameOf(line), this.description) : undefined;
  }

  async claim(line: number, signal: AbortSignal): Promise<void> {
    await this.#features.set(FREED[line] ?? UART_OFF, signal);
  }

  async read(signal: AbortSignal): Promise<number> {
    const [, low = 0, , high = 0] = await this.#features.get(FEATURE.GPIO, GPIO_BYTES, signal);
    return low | (high << PORT_A);
  }

  async set(line: number, level: boolean | undefined, signal: AbortSignal): Promise<void> {
    const report = Uint8Array.from(await this.#features.get(FEATURE.GPIO, GPIO_BYTES, signal));
    const { at, bit } = placeOf(line);
    const [levels = 0, directions = 0] = report.subarray(at);
    report[at] = level === true ? levels | bit : levels & ~bit;
    report[at + 1] = level === undefined ? directions & ~bit : directions | bit;
    await this.#features.set(report, signal);
  }
}
