import type { PropertyDeclaration } from '../wire/part.ts';

/** The properties of every GPIO expander. */
export function gpioProperties(pins: number): readonly PropertyDeclaration[] {
  const range = [0, 2 ** pins - 1] as const;
  return [
    { name: 'inputs', kind: 'number', range, doc: 'levels that the outside gives the pins, pin 0 in bit 0' },
    { name: 'pins', kind: 'number', range, readOnly: true, doc: 'levels on the pins, outputs included' },
  ];
}
