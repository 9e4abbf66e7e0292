import { type DeviceNode, type Host, type HostDriver, NodeError } from '../bus/index.ts';
import type { SimulationOptions } from '../sim/index.ts';

/** Folders under `hosts/`, loaded only when a board names one of their compatibles. */
const DRIVERS: readonly {
  readonly compatible: string;
  readonly load: () => Promise<{ driver: HostDriver }>;
}[] = [
  {
    compatible: 'dangerousprototypes,bus-pirate',
    load: () => import('../../hosts/bus-pirate/index.ts' as string),
  },
];

/**
 * Makes the host that a node describes. @throws {NodeError} for a compatible that no folder under `hosts/`
 * knows, or what the driver says of the node.
 */
export async function createHost(node: DeviceNode, _simulation: SimulationOptions): Promise<Host> {
  const entry = DRIVERS.find(({ compatible }) => node.compatible.includes(compatible));
  if (entry === undefined) {
    const known = DRIVERS.map(({ compatible }) => compatible).join(', ');
    throw new NodeError(
      node,
      'compatible',
      `no host driver for ${node.compatible.join(', ') || 'it'}; there are: ${known}`,
    );
  }
  const { driver } = await entry.load();
  return driver.create(node);
}
