import type { PropertyDeclaration } from '../wire/part.ts';
import { type Clock, US } from './clock.ts';
import { clamp } from './numbers.ts';

export const CLIMATE_PROPERTIES: readonly PropertyDeclaration[] = [
  { name: 'temperature', kind: 'number', unit: '°C', range: [-45, 130], doc: 'what the sensor feels' },
  { name: 'humidity', kind: 'number', unit: '%RH', range: [0, 100], doc: 'relative humidity of the air' },
];

/** A quantity that a sensor sends as a 16-bit code: value = offset + span * code / full. */
export interface Scale {
  readonly offset: number;
  readonly span: number;
  readonly full: number;
}

/** The code nearest to `value`. */
export function codeOf(value: number, { offset, span, full }: Scale): number {
  return clamp(Math.round(((value - offset) / span) * full), 0, 0xffff);
}

/**
 * A sensor that measures when a command tells it: until the measurement ends there is no answer, then the
 * bytes wait to be read once.
 */
export class Measurement {
  readonly state = { readyAt: 0, answer: new Uint8Array(8), length: 0, position: 0 };
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The answer to a command, after `durationNs`. */
  begin(answer: Uint8Array, durationNs: number): void {
    this.state.answer.set(answer);
    this.state.length = answer.length;
    this.state.position = 0;
    this.state.readyAt = this.#clock.now() + durationNs;
  }

  /** Nothing waits to be read. */
  clear(): void {
    this.state.length = 0;
    this.state.readyAt = 0;
  }

  /** Time until the answer is there; 0 = it is. */
  get remainingNs(): number {
    const remaining = this.state.readyAt - this.#clock.now();
    // What is left of a microsecond is lost in the arithmetic of a real clock.
    return remaining > 0 ? Math.max(remaining, US / 1000) : 0;
  }

  get hasAnswer(): boolean {
    return this.state.length > 0;
  }

  read(into: Uint8Array): void {
    const { state } = this;
    for (let i = 0; i < into.length; i++) {
      into[i] = state.position < state.length ? (state.answer[state.position] as number) : 0xff;
      state.position++;
    }
  }
}
