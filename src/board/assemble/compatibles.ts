import { isSimulated } from '../../../hosts/simulated/index.ts';
import type { DeviceNode } from '../../bus/index.ts';
import { compatiblesOf } from '../../sim/index.ts';

/** Every compatible below these nodes. */
export function compatiblesBelow(nodes: readonly DeviceNode[]): string[] {
  return nodes.flatMap((node) => [...compatiblesOf(node), ...compatiblesBelow(node.children)]);
}

/** Every compatible below these nodes that a model may answer for: of a bus on an adapter, those that its tree says so of. */
export function simulatedBelow(nodes: readonly DeviceNode[]): string[] {
  return nodes.flatMap((node) => compatiblesBelow(node.has('dtbus,host') ? simulatedIn(node) : [node]));
}

function simulatedIn(node: DeviceNode): DeviceNode[] {
  return node.children.flatMap((child) => (isSimulated(child) ? [child] : simulatedIn(child)));
}
