import { type DeviceNode, type HostAdapter, NodeError } from '../../src/bus/index.ts';
import { type RemoteAddress, remoteAddress } from '../../src/remote/index.ts';
import { RemoteAdapter } from './adapter.ts';

export { RemoteAdapter, type RemoteSettings } from './adapter.ts';
export { sheets } from './capabilities.ts';

/** The bus of another machine that `node` names; nothing is opened. @throws {NodeError} */
export function createAdapter(node: DeviceNode): HostAdapter {
  const { bus, ...address } = addressOf(node);
  if (bus === undefined)
    throw new NodeError(node, 'port', 'name the bus too, as in port = "remote:ssh://bench3/i2c-1"');
  const chipSelects = node.u32('num-cs') ?? 1;
  if (!(chipSelects >= 1 && chipSelects <= 256))
    throw new NodeError(node, 'num-cs', `invalid number of chip selects ${chipSelects}: expected 1 to 256`);
  return new RemoteAdapter({ address: { ...address, bus }, chipSelects });
}

function addressOf(node: DeviceNode): RemoteAddress {
  const port = node.string('port');
  if (port === undefined || port === '')
    throw new NodeError(
      node,
      'port',
      'name the bus of the other machine, as in port = "remote:ssh://bench3/i2c-1"',
    );
  try {
    return remoteAddress(port);
  } catch (error) {
    throw new NodeError(node, 'port', (error as RangeError).message);
  }
}
