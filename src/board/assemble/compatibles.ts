import type { DeviceNode } from '../../bus/index.ts';
import { compatiblesOf } from '../../sim/index.ts';

/** Every compatible below these nodes: the models that may be needed. */
export function compatiblesBelow(nodes: readonly DeviceNode[]): string[] {
  return nodes.flatMap((node) => [...compatiblesOf(node), ...compatiblesBelow(node.children)]);
}

/** What is at a chip select of an SPI bus. */
export function compatibleAt(bus: DeviceNode, chipSelect: number): readonly string[] {
  return bus.children.find((child) => child.u32s('reg')?.includes(chipSelect))?.compatible ?? [];
}
