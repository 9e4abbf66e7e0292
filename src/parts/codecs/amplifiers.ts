import type { Part } from '../model.ts';
import { type PartRow, partOfRow } from '../rows.ts';
import { resetsOf } from './resets.ts';

/** Amplifiers of speakers, by their registers. */
const ROWS: readonly PartRow[] = [
  {
    names: 'maxim,max98927',
    title: 'MAX98927 amplifier',
    source: 'Linux sound/soc/codecs/max98927.c: id and values after power-on',
    at: 0x39,
    form: '16/8',
    ids: { REV_ID: [0x01ff, 0x40] },
    resets: resetsOf(
      '0014:75 0015:8c 0016:08 0017:55 0020:40 0022:22 0037:02 0039:01 003d:04 003f:04 0044:01',
    ),
    last: 0x1ff,
  },
];

export const parts: readonly Part[] = ROWS.map(partOfRow);
