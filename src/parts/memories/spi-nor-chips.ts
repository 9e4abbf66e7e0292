/** Where a chip keeps its Quad Enable bit (JESD216, BFPT DWORD 15, bits 22:20). */
export const QUAD_ENABLE = { NONE: 0b000, SR1_BIT6: 0b010, SR2_BIT1: 0b101 } as const;

/** What flash makers' chips differ in, as far as software can see. */
export interface FlashChip {
  readonly compatible: string;
  /** Answer to 9Fh: manufacturer, type, capacity, and what some makers add. */
  readonly jedecId: readonly number[];
  readonly size: number;
  readonly quadEnable: number;
}

const MIB = 1 << 20;

function family(
  names: readonly string[],
  firstMib: number,
  capacityCodes: readonly number[],
  idOf: (capacity: number) => readonly number[],
  quadEnable: number,
): FlashChip[] {
  return names.map((compatible, index) => ({
    compatible,
    jedecId: idOf(capacityCodes[index] as number),
    size: firstMib * MIB * 2 ** index,
    quadEnable,
  }));
}

/** W25Q data sheets, "Manufacturer and Device Identification". */
const WINBOND = family(
  [
    'winbond,w25q80',
    'winbond,w25q16',
    'winbond,w25q32',
    'winbond,w25q64',
    'winbond,w25q128',
    'winbond,w25q256',
    'winbond,w25q512jv',
  ],
  1,
  [0x14, 0x15, 0x16, 0x17, 0x18, 0x19, 0x20],
  (capacity) => [0xef, 0x40, capacity],
  QUAD_ENABLE.SR2_BIT1,
);

/** MX25L data sheets, "Table of ID definitions". */
const MACRONIX = family(
  [
    'macronix,mx25l1606e',
    'macronix,mx25l3233f',
    'macronix,mx25l6433f',
    'macronix,mx25l12835f',
    'macronix,mx25l25635f',
    'macronix,mx25l51245g',
  ],
  2,
  [0x15, 0x16, 0x17, 0x18, 0x19, 0x1a],
  (capacity) => [0xc2, 0x20, capacity],
  QUAD_ENABLE.SR1_BIT6,
);

/** N25Q data sheets, "Read ID operations": 10h more bytes follow. */
const MICRON = family(
  ['micron,n25q032a', 'micron,n25q064a', 'micron,n25q128a13', 'micron,n25q256a', 'micron,n25q512a'],
  4,
  [0x16, 0x17, 0x18, 0x19, 0x20],
  (capacity) => [0x20, 0xba, capacity, 0x10, 0x00, 0x00],
  QUAD_ENABLE.NONE,
);

export const FLASH_CHIPS: readonly FlashChip[] = [...WINBOND, ...MACRONIX, ...MICRON];

/** The Winbond chip that holds at least `size` bytes: what a plain `jedec,spi-nor` becomes. */
export function winbondOfSize(size: number): FlashChip | undefined {
  return WINBOND.find((chip) => chip.size >= size);
}
