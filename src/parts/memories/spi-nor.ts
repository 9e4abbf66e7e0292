import type { Kit, Part } from '../model.ts';
import type { FlashChip } from './spi-nor-chip.ts';
import { PLAIN_NOR_INSTRUCTIONS } from './spi-nor-instructions.ts';
import { flashModel } from './spi-nor-model.ts';
import { chipOf, NOT_MODELLED, partOf, SPI, sheet } from './spi-nor-part.ts';
import { WINBOND_CHIPS, winbondOfSize } from './spi-nor-winbond.ts';

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

/** The Winbond chip of the size that the node asks for, or that its partitions need. */
function chipThatFits(kit: Kit): FlashChip {
  return chipOf(kit, (size) => {
    const chip = winbondOfSize(size ?? Math.max(1 << 20, partitionsEnd(kit.node)));
    if (chip === undefined)
      throw kit.fault('size', 'no known chip holds more than 64 MiB: use a smaller size');
    return chip;
  });
}

export const parts: readonly Part[] = [
  {
    ...sheet,
    compatible: ['jedec,spi-nor'],
    title: 'SPI NOR flash (W25Q of the size that fits)',
    source: 'Winbond W25Q data sheets, JEDEC JESD216',
    notModelled: NOT_MODELLED,
    bus: { spi: SPI },
    instructions: PLAIN_NOR_INSTRUCTIONS,
    model: (_registers, kit) => flashModel(chipThatFits(kit), kit),
  },
  ...WINBOND_CHIPS.map(partOf),
];
