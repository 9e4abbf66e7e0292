import type { DataSheet } from '../data-sheet.ts';
import type { Kit, Part } from '../model.ts';
import { CONTENTS, CONTENTS_FILE } from './memory-contents.ts';
import { type FlashChip, THREE_BYTES } from './spi-nor-chip.ts';
import { flashModel } from './spi-nor-model.ts';

const PAGE = 256;
const JEDEC_ID = 'dtbus,jedec-id';

/** What all have in common. */
export const sheet = {
  node: 'flash',
  nodeExample: ['spi-max-frequency = <50000000>;'],
  nodeProperties: {
    size: { type: 'u32', doc: 'bytes, a power of two from 65536 on' },
    [JEDEC_ID]: { type: 'bytes', doc: 'what 9Fh answers: manufacturer, type, capacity' },
    ...CONTENTS_FILE,
  },
  senses: {
    timeScale: {
      range: [0, 100],
      initial: 1,
      doc: 'share of the typical program and erase times; 0: all is done at once',
    },
    writeProtect: { kind: 'flag', doc: 'true while the WP# pin is low' },
    ...CONTENTS,
  },
} as const satisfies Omit<DataSheet, 'compatible' | 'title' | 'bus'>;

/**
 * The chip of the compatible, as `size` and `dtbus,jedec-id` change it.
 * @param known the chip, given the size that the node asks for
 */
export function chipOf({ node, fault }: Kit, known: (size: number | undefined) => FlashChip): FlashChip {
  const wanted = node.u32('size');
  if (wanted !== undefined && (wanted < 0x10000 || (wanted & (wanted - 1)) !== 0)) {
    throw fault('size', `invalid size ${wanted}: expected a power of two from 65536 on`);
  }
  const chip = known(wanted);
  const given = node.bytes(JEDEC_ID);
  const jedecId = given ?? chip.jedecId;
  if (given !== undefined && given.length < 3) {
    throw fault(JEDEC_ID, 'expected at least 3 bytes: manufacturer, type, capacity');
  }
  return { ...chip, size: wanted ?? chip.size, jedecId: [...jedecId] };
}

/** "SPI bus operation modes 0 (0,0) and 3 (1,1) are supported". */
export const SPI = { form: 'instructions', modes: 0b1001 } as const;
export const NOT_MODELLED = ['QPI and DTR', 'wear'];

/** Address bytes of its instructions, least and most: words of SST go on without. */
function addressBytesOf({ kind, size, addressBytes }: FlashChip): readonly [number, number] {
  if (addressBytes !== undefined) return [addressBytes, addressBytes];
  if (kind.instructions.some(({ does }) => does === 'program-word')) return [0, 3];
  return [3, size > THREE_BYTES ? 4 : 3];
}

/** The part that this chip is. */
export function partOf(chip: FlashChip): Part {
  const { compatible, kind, size, addressBytes = 3 } = chip;
  return {
    ...sheet,
    compatible: [compatible],
    title: `${compatible.replace(/^.*,/, '').toUpperCase()} ${kind.direct ? 'SPI MRAM' : 'SPI NOR flash'}`,
    source: kind.source,
    notModelled: [...(kind.notModelled ?? []), ...NOT_MODELLED],
    bus: { spi: { ...SPI, addressBytes: addressBytesOf(chip) } },
    instructions: kind.instructions,
    memory: {
      size,
      pageSize: kind.direct ? size : PAGE,
      addressWidth: 8 * (size > THREE_BYTES ? 4 : addressBytes),
    },
    model: (_registers, kit) =>
      flashModel(
        chipOf(kit, () => chip),
        kit,
      ),
  };
}
