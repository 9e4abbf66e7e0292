import { type DeviceNode, type HostAdapter, NodeError } from '../../src/bus/index.ts';
import { LinuxI2cAdapter } from './i2c-adapter.ts';

export { sheets } from './capabilities.ts';
export { LinuxI2cAdapter } from './i2c-adapter.ts';

/** The bus of this machine that `node` names; nothing is opened. @throws {NodeError} */
export function createAdapter(node: DeviceNode): HostAdapter {
  const port = node.string('port');
  if (port === undefined || port === '')
    throw new NodeError(node, 'port', 'name the I2C bus of this machine, as in port = "/dev/i2c-1"');
  return new LinuxI2cAdapter(port);
}
