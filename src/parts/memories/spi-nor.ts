import type { DataSheet } from '../data-sheet.ts';
import type { Kit, Part } from '../model.ts';
import { FLASH_CHIPS, type FlashChip, winbondOfSize } from './spi-nor-chips.ts';
import { INSTRUCTIONS } from './spi-nor-instructions.ts';
import { type Flash, flashModel } from './spi-nor-model.ts';

const PAGE = 256;
const JEDEC_ID = 'dtbus,jedec-id';

const sheet = {
  source: 'Winbond W25Q, Macronix MX25L and Micron N25Q data sheets, JEDEC JESD216',
  notModelled: ['individual block locks', 'QPI and DTR', 'wear'],
  node: 'flash',
  nodeExample: ['spi-max-frequency = <50000000>;'],
  nodeProperties: {
    size: { type: 'u32', doc: 'bytes, a power of two from 65536 on' },
    [JEDEC_ID]: { type: 'bytes', doc: 'what 9Fh answers: manufacturer, type, capacity' },
    'dtbus,contents': { type: 'string', doc: 'file that keeps the contents' },
  },
  // "SPI bus operation modes 0 (0,0) and 3 (1,1) are supported".
  bus: { spi: { form: 'instructions', modes: 0b1001 } },
  instructions: INSTRUCTIONS,
  senses: {
    timeScale: {
      range: [0, 100],
      doc: 'share of the typical program and erase times; 0: all is done at once',
    },
    writeProtect: { kind: 'flag', doc: 'true while the WP# pin is low' },
    contents: { kind: 'bytes', doc: 'the whole memory; fewer bytes change its beginning' },
  },
} as const satisfies Omit<DataSheet, 'compatible' | 'title'>;

/** The end of the last fixed partition: the flash must be at least that long. */
function partitionsEnd(node: Kit['node']): number {
  let end = 0;
  for (const child of node.children) {
    const [offset, length] = child.u32s('reg') ?? [];
    if (offset !== undefined && length !== undefined) end = Math.max(end, offset + length);
    if (child.name === 'partitions') end = Math.max(end, partitionsEnd(child));
  }
  return end;
}

/** The chip of the compatible, as `size` and `dtbus,jedec-id` change it. */
function chipOf({ node, fault }: Kit, known: FlashChip | undefined): Flash {
  const wanted = node.u32('size');
  if (wanted !== undefined && (wanted < 0x10000 || (wanted & (wanted - 1)) !== 0)) {
    throw fault('size', `invalid size ${wanted}: expected a power of two from 65536 on`);
  }
  const chip = known ?? winbondOfSize(wanted ?? Math.max(1 << 20, partitionsEnd(node)));
  if (chip === undefined) {
    throw fault('size', 'no known chip holds more than 64 MiB: use a smaller size');
  }
  const jedecId = node.bytes(JEDEC_ID) ?? chip.jedecId;
  if (jedecId.length < 3) {
    throw fault(JEDEC_ID, 'expected at least 3 bytes: manufacturer, type, capacity');
  }
  return { ...chip, size: wanted ?? chip.size, jedecId: [...jedecId] };
}

function part(compatible: string, title: string, known?: FlashChip): Part {
  return {
    ...sheet,
    compatible: [compatible],
    title,
    ...(known === undefined
      ? {}
      : { memory: { size: known.size, pageSize: PAGE, addressWidth: known.size > 0x100_0000 ? 32 : 24 } }),
    model: (_registers, kit) => flashModel(chipOf(kit, known), kit),
  };
}

export const parts: readonly Part[] = [
  part('jedec,spi-nor', 'SPI NOR flash (W25Q of the size that fits)'),
  ...FLASH_CHIPS.map((chip) =>
    part(chip.compatible, `${chip.compatible.replace(/^.*,/, '').toUpperCase()} SPI NOR flash`, chip),
  ),
];
