import { type DeviceNode, type Host, NodeError } from '../bus/index.ts';
import type { SimulationOptions } from '../sim/index.ts';

/** A kind of host: which nodes describe one, and how it is made. */
interface HostKind {
  readonly compatible: string;
  /** Reads and checks the node; opens nothing. The folder is loaded only now. @throws {NodeError} */
  readonly create: (node: DeviceNode, simulation: SimulationOptions) => Promise<Host>;
}

const KINDS: readonly HostKind[] = [
  {
    compatible: 'dangerousprototypes,bus-pirate',
    create: async (node) => (await import('../../hosts/bus-pirate/index.ts')).createBusPirate(node),
  },
  {
    compatible: 'dtbus,bus-pirate-emulator',
    create: async (node, simulation) =>
      (await import('../../hosts/bus-pirate/index.ts')).createEmulatedBusPirate(node, simulation),
  },
  {
    compatible: 'dtbus,serprog',
    create: async (node) => (await import('../../hosts/serprog/index.ts')).createSerprog(node),
  },
];

/**
 * Makes the host that a node describes. @throws {NodeError} for a compatible that no folder under `hosts/`
 * knows, or what the driver says of the node.
 */
export async function createHost(node: DeviceNode, simulation: SimulationOptions): Promise<Host> {
  const kind = KINDS.find(({ compatible }) => node.compatible.includes(compatible));
  if (kind !== undefined) return kind.create(node, simulation);
  const known = KINDS.map(({ compatible }) => compatible).join(', ');
  const what =
    node.compatible.length === 0 ? 'the node has none' : `no driver for ${node.compatible.join(', ')}`;
  throw new NodeError(node, 'compatible', `${what}; host controllers are: ${known}`);
}
