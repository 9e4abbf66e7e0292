import { CHAIN_FAULT, type ChainFault } from '../../src/virtio/index.ts';

export const NEXT = 1;
export const WRITE = 2;
export const INDIRECT = 4;
export const AVAIL = 0x80;
export const OWNER = 0x8080;
export const MEMORY = 1 << 20;

export interface Piece {
  readonly addr: number | bigint;
  readonly len: number;
  readonly flags: number;
  readonly link?: number;
}

/** The lies about one chain that both layouts can tell: what the descriptors hold, and what is found wrong. */
export const LIES: [string, (at: { data: number; table: number }) => readonly Piece[], ChainFault][] = [
  ['an address outside memory', () => [{ addr: MEMORY, len: 1, flags: 0 }], CHAIN_FAULT.UNMAPPED],
  ['an address near 2^64', () => [{ addr: 2n ** 64n - 8n, len: 16, flags: 0 }], CHAIN_FAULT.UNMAPPED],
  [
    'an address of 2^53 and one',
    () => [{ addr: 2n ** 53n + 1n, len: 1, flags: WRITE }],
    CHAIN_FAULT.UNMAPPED,
  ],
  [
    'a length over the end of memory',
    () => [{ addr: MEMORY - 4, len: 5, flags: WRITE }],
    CHAIN_FAULT.UNMAPPED,
  ],
  [
    'the greatest length',
    ({ data }) => [{ addr: data, len: 0xffff_ffff, flags: WRITE }],
    CHAIN_FAULT.UNMAPPED,
  ],
  [
    'readable behind writable',
    ({ data }) => [
      { addr: data, len: 4, flags: WRITE },
      { addr: data, len: 4, flags: 0 },
    ],
    CHAIN_FAULT.ORDER,
  ],
  [
    'the second of two outside memory',
    ({ data }) => [
      { addr: data, len: 4, flags: 0 },
      { addr: MEMORY * 2, len: 4, flags: 0 },
    ],
    CHAIN_FAULT.UNMAPPED,
  ],
  [
    'an indirect table of half a descriptor',
    ({ table }) => [{ addr: table, len: 8, flags: INDIRECT }],
    CHAIN_FAULT.TABLE_SIZE,
  ],
  [
    'an indirect table of one and a half',
    ({ table }) => [{ addr: table, len: 24, flags: INDIRECT }],
    CHAIN_FAULT.TABLE_SIZE,
  ],
  [
    'an empty indirect table',
    ({ table }) => [{ addr: table, len: 0, flags: INDIRECT }],
    CHAIN_FAULT.TABLE_SIZE,
  ],
  [
    'an indirect table outside memory',
    () => [{ addr: MEMORY - 16, len: 32, flags: INDIRECT }],
    CHAIN_FAULT.TABLE_UNMAPPED,
  ],
  [
    'an indirect table of 4 GiB',
    ({ table }) => [{ addr: table, len: 0xffff_fff0, flags: INDIRECT }],
    CHAIN_FAULT.TABLE_UNMAPPED,
  ],
];
