import {
  type DeviceNode,
  type HostAdapter,
  type HostAdapterModule,
  type I2cCapabilities,
  NodeError,
} from '../../bus/index.ts';
import type { SimulationOptions } from '../../sim/index.ts';

/** The folders under `hosts/`, by the compatibles of their adapters. A folder is loaded when a board names it. */
const FOLDERS: readonly {
  readonly compatible: readonly string[];
  readonly load: () => Promise<HostAdapterModule<SimulationOptions>>;
}[] = [
  {
    compatible: ['dangerousprototypes,bus-pirate', 'dtbus,bus-pirate-emulator'],
    load: () => import('../../../hosts/bus-pirate/index.ts'),
  },
  {
    compatible: ['wch,ch341a', 'dtbus,ch341a-emulator'],
    load: () => import('../../../hosts/ch341a/index.ts'),
  },
  {
    compatible: [
      'ftdi,ft232h',
      'ftdi,ft2232h',
      'ftdi,ft4232h',
      'dtbus,ft232h-emulator',
      'dtbus,ft2232h-emulator',
      'dtbus,ft4232h-emulator',
    ],
    load: () => import('../../../hosts/ftdi/index.ts'),
  },
  {
    compatible: ['ftdi,ft260', 'dtbus,ft260-emulator'],
    load: () => import('../../../hosts/ft260/index.ts'),
  },
  {
    compatible: ['wch,ch347', 'dtbus,ch347-emulator'],
    load: () => import('../../../hosts/ch347/index.ts'),
  },
  {
    compatible: ['microchip,mcp2210', 'dtbus,mcp2210-emulator'],
    load: () => import('../../../hosts/mcp2210/index.ts'),
  },
  {
    compatible: [
      'excamera,i2cdriver',
      'excamera,spidriver',
      'dtbus,i2cdriver-emulator',
      'dtbus,spidriver-emulator',
    ],
    load: () => import('../../../hosts/excamera/index.ts'),
  },
  {
    compatible: ['dangerousprototypes,bus-pirate-5', 'dtbus,bus-pirate-5-emulator'],
    load: () => import('../../../hosts/bus-pirate-5/index.ts'),
  },
  {
    compatible: ['devantech,usb-iss', 'dtbus,usb-iss-emulator'],
    load: () => import('../../../hosts/usb-iss/index.ts'),
  },
  {
    compatible: ['nxp,sc18im700', 'dtbus,sc18im700-emulator'],
    load: () => import('../../../hosts/sc18im700/index.ts'),
  },
  {
    compatible: ['harbaum,i2c-tiny-usb', 'dtbus,i2c-tiny-usb-emulator'],
    load: () => import('../../../hosts/i2c-tiny-usb/index.ts'),
  },
  {
    compatible: ['dtbus,linux-i2c', 'dtbus,linux-spi', 'dtbus,linux-gpio'],
    load: () => import('../../../hosts/linux/index.ts'),
  },
  {
    compatible: ['microchip,mcp2221a', 'dtbus,mcp2221-emulator'],
    load: () => import('../../../hosts/mcp2221/index.ts'),
  },
  {
    compatible: ['micropython,board', 'dtbus,micropython-emulator'],
    load: () => import('../../../hosts/micropython/index.ts'),
  },
  {
    compatible: ['firmata,board', 'dtbus,firmata-emulator'],
    load: () => import('../../../hosts/firmata/index.ts'),
  },
  {
    compatible: ['diolan,dln2', 'dtbus,dln2-emulator'],
    load: () => import('../../../hosts/dln2/index.ts'),
  },
  {
    compatible: ['silabs,cp2112', 'dtbus,cp2112-emulator'],
    load: () => import('../../../hosts/cp2112/index.ts'),
  },
  { compatible: ['dtbus,remote'], load: () => import('../../../hosts/remote/index.ts') },
  { compatible: ['dtbus,serprog'], load: () => import('../../../hosts/serprog/index.ts') },
];

/** Loads the folders that the nodes need, all at once. */
export async function loadHosts(nodes: readonly DeviceNode[]): Promise<void> {
  await Promise.all(new Set(nodes.flatMap((node) => folderOf(node)?.load() ?? [])));
}

/**
 * Makes the host that a node describes. @throws {NodeError} for a compatible that no folder under `hosts/`
 * knows, or what the folder says of the node.
 */
export async function createHost(node: DeviceNode, simulation: SimulationOptions): Promise<HostAdapter> {
  const folder = folderOf(node);
  if (folder !== undefined) return (await folder.load()).createAdapter(node, simulation);
  const known = FOLDERS.flatMap(({ compatible }) => compatible).join(', ');
  const what =
    node.compatible.length === 0 ? 'the node has none' : `no driver for ${node.compatible.join(', ')}`;
  throw new NodeError(node, 'compatible', `${what}; host controllers are: ${known}`);
}

/** What an adapter can do on I2C, by the sheets of its folder. */
export async function i2cAbilitiesOf(node: DeviceNode): Promise<I2cCapabilities | undefined> {
  const sheets = (await folderOf(node)?.load())?.sheets ?? [];
  return sheets.find(({ i2c, compatible }) => i2c !== undefined && node.compatible.includes(compatible))?.i2c;
}

function folderOf(node: DeviceNode) {
  return FOLDERS.find(({ compatible }) => compatible.some((name) => node.compatible.includes(name)));
}
