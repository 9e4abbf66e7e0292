import { type DeviceNode, SPI_MODE_FLAGS, SPI_MODE_X_MASK, wellFormed } from '../../bus/index.ts';
import type { SpiNodeOptions } from '../../dev/core.ts';

/** What the children of an SPI bus ask of their nodes, by chip select. */
export function spiNodeOptions(bus: DeviceNode): ReadonlyMap<number, SpiNodeOptions> {
  const options = new Map<number, SpiNodeOptions>();
  for (const child of bus.children) {
    let mode = 0;
    for (const [property, bit] of SPI_MODE_FLAGS) if (child.has(property)) mode |= bit;
    // What is of the wrong form is told by the checks of the board.
    const number = (property: string) => wellFormed(() => child.u32(property));
    for (const chipSelect of wellFormed(() => child.u32s('reg')) ?? []) {
      options.set(chipSelect, {
        mode,
        maxSpeedHz: number('spi-max-frequency'),
        csSetupNs: number('spi-cs-setup-delay-ns'),
        csHoldNs: number('spi-cs-hold-delay-ns'),
        csInactiveNs: number('spi-cs-inactive-delay-ns'),
      });
    }
  }
  return options;
}

/** Why Linux's `spi_setup` refuses a device: flags of its node that its controller, with these `modes`, cannot do. */
export function refusedFlags(mode: number, modes: number): string | undefined {
  const refused = mode & ~(modes | SPI_MODE_X_MASK);
  const flags = SPI_MODE_FLAGS.filter(([, bit]) => refused & bit).map(([property]) => property);
  if (flags.length === 0) return undefined;
  return `its node has ${flags.join(' and ')}, which the bus cannot do; remove it, or use another adapter`;
}
