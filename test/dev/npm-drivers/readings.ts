import type { Expectation, NpmDriver } from './drivers.ts';

/** What a script of a driver prints. */
export type Reading = Readonly<Record<string, number | string | boolean>>;

export function agrees(read: Reading[string] | undefined, { value, within = 0 }: Expectation): boolean {
  if (typeof value !== 'number' || typeof read !== 'number') return read === value;
  // What is binary in the part is not in the number: a hair more than one step.
  return Math.abs(read - value) <= within * 1.0001;
}

/** What is not as it must be, a sentence each. @param way how the script ran */
export function deviations(way: string, { part, reads }: NpmDriver, read: Reading): string[] {
  return Object.entries(reads).flatMap(([name, expected]) =>
    agrees(read[name], expected)
      ? []
      : [
          `${part} by ${way}: ${name} is ${JSON.stringify(read[name])}, not ${JSON.stringify(expected.value)}`,
        ],
  );
}
