import type { Properties } from '../data-sheet.ts';

/** The properties of every GPIO expander. */
export function pinProperties(pins: number): { readonly senses: Properties; readonly shows: Properties } {
  const range = [0, 2 ** pins - 1] as const;
  return {
    senses: {
      inputs: {
        kind: 'integer',
        range,
        initial: range[1],
        doc: 'levels that the outside gives the pins, pin 0 in bit 0',
      },
    },
    shows: {
      pins: { kind: 'integer', range, doc: 'levels on the pins, outputs included' },
      outputs: { kind: 'integer', range, doc: 'pins that the part drives' },
    },
  };
}
