import { type SpiFraming, spiFramingOf } from '../../backend/index.ts';
import type { DeviceNode } from '../../bus/index.ts';
import { type DataSheet, partFor } from '../../parts/index.ts';

/** Where messages end at each chip select of an SPI bus; looked up once for each, as every message asks. */
export function spiFramingsOf(
  sheets: readonly DataSheet[],
  bus: DeviceNode,
): (chipSelect: number) => SpiFraming {
  const known = new Map<number, SpiFraming>();
  return (chipSelect) => {
    let framing = known.get(chipSelect);
    if (framing === undefined) {
      framing = spiFramingOf(partFor(sheets, 'spi', compatibleAt(bus, chipSelect)));
      known.set(chipSelect, framing);
    }
    return framing;
  };
}

/** What is at a chip select. */
function compatibleAt(bus: DeviceNode, chipSelect: number): readonly string[] {
  return bus.children.find((child) => child.u32s('reg')?.includes(chipSelect))?.compatible ?? [];
}
