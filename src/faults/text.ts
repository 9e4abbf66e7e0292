import { invalid } from '../input/index.ts';
import { checkFault } from './kinds.ts';
import type { AnyFaultOptions, FaultKind } from './options.ts';

/** Faults that a tree may name, and that may be put into a running board: whoever has more has lost count. */
export const FAULTS_MAX = 64;

/** A fault as a line says it. */
export interface FaultText {
  readonly kind: FaultKind;
  readonly options: AnyFaultOptions;
}

/**
 * A fault by its words, as in the property `dtbus,faults`: `nack at=2 skip=1`; options as `dtbus inject` takes them.
 * @throws {TypeError} it is none
 */
export function parseFault(text: string): FaultText {
  const [kind, ...words] = text.trim().split(/\s+/);
  const options = Object.fromEntries(words.map(parseFaultOption));
  checkFault(kind, options);
  return { kind, options };
}

/** `forMs=40`, `at=any`, `value=0x58`. @throws {TypeError} */
export function parseFaultOption(text: string): [string, number | string] {
  const [, name, value] = /^([^=]+)=(.+)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined) throw invalid('option of a fault', 'OPTION=VALUE', text);
  const number = Number(value);
  return [name, value.trim() !== '' && Number.isFinite(number) ? number : value];
}

/** `at=2 skip=1`; empty where there are none. */
export function optionsText(options: object): string {
  return Object.entries(options)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ');
}
