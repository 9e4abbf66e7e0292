import type { DeviceNode } from '../../bus/index.ts';
import { compatiblesOf } from '../../sim/index.ts';

/** Every compatible below these nodes: the models that may be needed. */
export function compatiblesBelow(nodes: readonly DeviceNode[]): string[] {
  return nodes.flatMap((node) => [...compatiblesOf(node), ...compatiblesBelow(node.children)]);
}
