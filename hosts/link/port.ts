import { type BusFault, type DeviceNode, NodeError } from '../../src/bus/index.ts';
import type { LinkOpener } from './byte-link.ts';
import { portFault, serialLink } from './serial.ts';
import { tcpLink } from './stream.ts';

const TCP = 'tcp:';

/** A link that is not open yet. */
interface UnopenedLink {
  readonly name: string;
  readonly open: LinkOpener;
  /** See `HostAdapter.unavailable`. */
  readonly unavailable: () => BusFault | undefined;
}

/**
 * The link that a node's `port` names: `/dev/ttyUSB0`, opened at `baudRate`, or `tcp:host:port` for a port on
 * another machine. Nothing is opened. @throws {NodeError}
 */
export function linkOf(node: DeviceNode, baudRate: number): UnopenedLink {
  const port = node.string('port');
  if (port === undefined || port === '') {
    throw new NodeError(node, 'port', 'name the serial port of the adapter, as in port = "/dev/ttyUSB0"');
  }
  if (!port.startsWith(TCP))
    return { name: port, open: serialLink(port, baudRate), unavailable: () => portFault(port) };
  try {
    return { name: port, open: tcpLink(port.slice(TCP.length)), unavailable: () => undefined };
  } catch (error) {
    throw new NodeError(node, 'port', (error as RangeError).message);
  }
}
