import type { Properties } from '../data-sheet.ts';

/** What sensors of humidity sense. */
export const CLIMATE = {
  temperature: { unit: '°C', range: [-45, 130], initial: 25, doc: 'what the sensor feels' },
  humidity: { unit: '%RH', range: [0, 100], initial: 50, doc: 'relative humidity of the air' },
} as const satisfies Properties;

/** A quantity that a sensor sends as a 16-bit code: value = offset + span * code / full. */
interface Scale {
  readonly offset: number;
  readonly span: number;
  readonly full: number;
}

/** The code nearest to `value`. */
export function codeOf(
  value: number,
  { offset, span, full }: Scale,
  clamp: (value: number, low: number, high: number) => number,
): number {
  return clamp(Math.round(((value - offset) / span) * full), 0, 0xffff);
}
