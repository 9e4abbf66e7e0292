import type { BusFault } from '../../src/bus/index.ts';
import type { PinBank } from '../pins/index.ts';
import { FEATURE, GPIO_BYTES, PINS, SPECIAL_PINS } from './protocol.ts';

/** How the pins ask for feature reports. All throw a `BusFault`. */
export interface Features {
  readonly description: string;
  get(number: number, length: number, signal: AbortSignal): Promise<Uint8Array>;
  set(report: Uint8Array, signal: AbortSignal): Promise<void>;
}

/** The eight pins of a CP2112: control requests, which its transfers know nothing of (AN495, 5.2 to 5.4). */
export class Cp2112Pins implements PinBank {
  readonly count = PINS;
  readonly #features: Features;

  constructor(features: Features) {
    this.#features = features;
  }

  get description(): string {
    return this.#features.description;
  }

  nameOf(line: number): string {
    return `GPIO.${line}`;
  }

  refusal(): BusFault | undefined {
    return undefined;
  }

  async read(signal: AbortSignal): Promise<number> {
    const [, levels = 0] = await this.#features.get(FEATURE.GPIO_GET, 2, signal);
    return levels;
  }

  /** A level counts for a pin that is an output already. */
  async set(line: number, level: boolean | undefined, signal: AbortSignal): Promise<void> {
    const bit = 1 << line;
    const report = Uint8Array.from(await this.#features.get(FEATURE.GPIO_CONFIGURATION, GPIO_BYTES, signal));
    const [, outputs = 0, pushPull = 0, special = 0] = report;
    report[0] = FEATURE.GPIO_CONFIGURATION;
    report[1] = level === undefined ? outputs & ~bit : outputs | bit;
    report[2] = level === undefined ? pushPull : pushPull | bit;
    report[3] = SPECIAL_PINS.includes(line) ? 0 : special;
    await this.#features.set(report, signal);
    if (level !== undefined)
      await this.#features.set(Uint8Array.of(FEATURE.GPIO_SET, level ? bit : 0, bit), signal);
  }
}
