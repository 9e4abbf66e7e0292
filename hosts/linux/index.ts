import { type DeviceNode, type HostAdapter, NodeError, SPI_MODE } from '../../src/bus/index.ts';
import { LinuxI2cAdapter } from './i2c-adapter.ts';
import { LinuxSpiAdapter } from './spi-adapter.ts';

export { sheets } from './capabilities.ts';
export { LinuxI2cAdapter } from './i2c-adapter.ts';
export { LinuxSpiAdapter } from './spi-adapter.ts';

/** The bus of this machine that `node` names; nothing is opened. @throws {NodeError} */
export function createAdapter(node: DeviceNode): HostAdapter {
  return node.compatible.includes('dtbus,linux-spi') ? createSpi(node) : createI2c(node);
}

function createI2c(node: DeviceNode): HostAdapter {
  const port = node.string('port');
  if (port === undefined || port === '')
    throw new NodeError(node, 'port', 'name the I2C bus of this machine, as in port = "/dev/i2c-1"');
  return new LinuxI2cAdapter(port);
}

function createSpi(node: DeviceNode): HostAdapter {
  const ports = node.strings('port') ?? [];
  if (ports.length === 0 || ports.includes(''))
    throw new NodeError(
      node,
      'port',
      'name the SPI bus of this machine, as in port = "spi0", or its devices, as in port = "/dev/spidev0.0"',
    );
  const chipSelects = node.u32('num-cs');
  if (chipSelects !== undefined && !(chipSelects >= 1 && chipSelects <= 256))
    throw new NodeError(node, 'num-cs', `invalid number of chip selects ${chipSelects}: expected 1 to 256`);
  const modes =
    (node.has('spi-3wire') ? SPI_MODE.THREE_WIRE : 0) | (node.has('dtbus,no-cs') ? SPI_MODE.NO_CS : 0);
  return new LinuxSpiAdapter(ports, { modes, ...(chipSelects !== undefined && { chipSelects }) });
}
