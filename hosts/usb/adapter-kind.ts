import type { DeviceNode, HostAdapter } from '../../src/bus/index.ts';
import { Catalogue, populateI2c, populateSpi, type SimulationOptions } from '../../src/sim/index.ts';
import {
  EmulatedConnection,
  EmulatedPort,
  type UsbDevice,
  type UsbOpener,
  usbDevice,
  type WantedUsb,
} from '../../src/usb/index.ts';
import type { EmulatedI2c, EmulatedSpi } from '../link/index.ts';
import type { UsbAdapterNames } from './sheets.ts';

/** A kind of USB adapter: what tells it from the others before it is opened. */
export interface UsbAdapterKind extends UsbAdapterNames, Pick<WantedUsb, 'ids' | 'interface'> {
  /** Drives the device that `open` opens. @param name what it is called until it is open */
  readonly drive: (name: string, open: UsbOpener) => HostAdapter;
  /** The emulated device, with the parts that `node` describes behind it. @throws {NodeError} */
  readonly emulate: (node: DeviceNode, simulation: SimulationOptions) => UsbDevice;
}

/**
 * The adapter that `node` describes, real, or emulated with the parts of its children behind it; nothing is opened.
 * @throws {NodeError}
 */
export function createUsbAdapter(
  kind: UsbAdapterKind,
  node: DeviceNode,
  simulation: SimulationOptions = { catalogue: new Catalogue() },
): HostAdapter {
  const { title, article, ids, interface: claimed } = kind;
  if (node.compatible.includes(kind.compatible)) {
    const [port, serialNumber] = [node.string('port'), node.string('serial-number')];
    const wanted = { title: `${article} ${title}`, ids, port, serialNumber, interface: claimed };
    return kind.drive(title, usbDevice(wanted));
  }
  const port = new EmulatedPort(kind.emulate(node, simulation));
  return kind.drive(`emulated ${title}`, async () => new EmulatedConnection(port));
}

/** The bus of an emulated adapter that has I2C alone: its child `i2c`, or the node itself. @throws {NodeError} */
export function i2cOf(node: DeviceNode, simulation: SimulationOptions): EmulatedI2c {
  return populateI2c(childOf(node, 'i2c') ?? node, simulation).wire;
}

/** The buses behind an emulated adapter; nothing is on those that are missing. */
export interface Buses {
  readonly i2c: EmulatedI2c | undefined;
  readonly spi: EmulatedSpi | undefined;
}

/** The buses of an emulated adapter: its children `i2c` and `spi`. @throws {NodeError} */
export function busesOf(node: DeviceNode, simulation: SimulationOptions): Buses {
  const [i2c, spi] = [childOf(node, 'i2c'), childOf(node, 'spi')];
  return {
    i2c: i2c && populateI2c(i2c, simulation).wire,
    spi: spi && populateSpi(spi, simulation).wire,
  };
}

function childOf(node: DeviceNode, bus: string): DeviceNode | undefined {
  return node.children.find(({ name }) => name === bus);
}
