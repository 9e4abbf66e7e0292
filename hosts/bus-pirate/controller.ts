import { type DeviceNode, type Host, NodeError } from '../../src/bus/index.ts';
import { type LinkOpener, serialLink, tcpLink } from '../link/index.ts';
import { Adapter } from './adapter.ts';
import { BusPirateI2cController } from './i2c-controller.ts';
import { DEFAULT_BAUD } from './protocol.ts';
import { readSettings, type Settings } from './settings.ts';
import { BusPirateSpiController } from './spi-controller.ts';

/** A Bus Pirate v3 or v4. Its two buses share the same pins: whoever is used last has them. */
export class BusPirateHost implements Host {
  readonly synchronous = false;
  readonly i2c: BusPirateI2cController;
  readonly spi: BusPirateSpiController;
  readonly #adapter: Adapter;

  /** `name`: what it is called until it has told its own name. */
  constructor(name: string, settings: Settings, openLink: LinkOpener) {
    this.#adapter = new Adapter(name, settings, openLink);
    this.i2c = new BusPirateI2cController(this.#adapter);
    this.spi = new BusPirateSpiController(this.#adapter);
  }

  get description(): string {
    return this.#adapter.description;
  }

  open(): Promise<void> {
    return this.#adapter.open();
  }

  close(): Promise<void> {
    return this.#adapter.close();
  }
}

const TCP = 'tcp:';

/** The link that a node's `port` names: `/dev/ttyUSB0`, or `tcp:host:port` for a port on another machine. */
export function linkOf(node: DeviceNode): { name: string; open: LinkOpener } {
  const port = node.string('port');
  if (port === undefined || port === '') {
    throw new NodeError(node, 'port', 'name the serial port of the adapter, as in port = "/dev/ttyUSB0"');
  }
  if (!port.startsWith(TCP)) return { name: port, open: serialLink(port, DEFAULT_BAUD) };
  try {
    return { name: port, open: tcpLink(port.slice(TCP.length)) };
  } catch (error) {
    throw new NodeError(node, 'port', (error as RangeError).message);
  }
}

/** The adapter that `node` describes; nothing is opened. @throws {NodeError} */
export function createBusPirate(node: DeviceNode): BusPirateHost {
  const { name, open } = linkOf(node);
  return new BusPirateHost(name, readSettings(node), open);
}
