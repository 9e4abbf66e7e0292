import { type DeviceNode, type HostAdapter, NodeError, SPI_MODE } from '../../src/bus/index.ts';
import { LinuxGpioAdapter } from './gpio-adapter.ts';
import { LINE_FLAG } from './gpio-cdev.ts';
import type { LineSettings } from './gpio-lines.ts';
import { LinuxI2cAdapter } from './i2c-adapter.ts';
import { LinuxSpiAdapter } from './spi-adapter.ts';

export { sheets } from './capabilities.ts';
export { LinuxGpioAdapter } from './gpio-adapter.ts';
export { LinuxI2cAdapter } from './i2c-adapter.ts';
export { LinuxSpiAdapter } from './spi-adapter.ts';

/** The bus of this machine that `node` names; nothing is opened. @throws {NodeError} */
export function createAdapter(node: DeviceNode): HostAdapter {
  if (node.compatible.includes('dtbus,linux-spi')) return createSpi(node);
  return node.compatible.includes('dtbus,linux-gpio') ? createGpio(node) : createI2c(node);
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

/** Standard properties of a pin's configuration (pincfg-node.yaml), and `active-low`. */
const PIN_FLAGS: Readonly<Record<string, number>> = {
  'active-low': LINE_FLAG.ACTIVE_LOW,
  'bias-disable': LINE_FLAG.BIAS_DISABLED,
  'bias-pull-up': LINE_FLAG.BIAS_PULL_UP,
  'bias-pull-down': LINE_FLAG.BIAS_PULL_DOWN,
  'drive-open-drain': LINE_FLAG.OPEN_DRAIN,
  'drive-open-source': LINE_FLAG.OPEN_SOURCE,
};
/** Those of which a pin has one. */
const EXCLUSIVE = [
  ['bias-disable', 'bias-pull-up', 'bias-pull-down'],
  ['drive-open-drain', 'drive-open-source'],
];

function createGpio(node: DeviceNode): HostAdapter {
  const port = node.string('port');
  if (port === undefined || port === '')
    throw new NodeError(node, 'port', 'name the GPIO chip of this machine, as in port = "/dev/gpiochip0"');
  const lines = node.strings('dtbus,lines');
  const settings = new Map(node.children.flatMap((child) => pinSettings(child)));
  return new LinuxGpioAdapter(port, { settings, ...(lines !== undefined && { lines }) });
}

/** What a child says of its `pins`. @throws {NodeError} */
function pinSettings(child: DeviceNode): (readonly [string, LineSettings])[] {
  const pins = child.strings('pins');
  if (pins === undefined || pins.length === 0)
    throw new NodeError(child, 'pins', 'name the lines, as in pins = "GPIO17"');
  for (const group of EXCLUSIVE) {
    const [first, second] = group.filter((property) => child.has(property));
    if (second !== undefined)
      throw new NodeError(child, second, `${second} contradicts ${first}: remove one of them`);
  }
  const flags = Object.entries(PIN_FLAGS).reduce(
    (bits, [property, bit]) => (child.has(property) ? bits | bit : bits),
    0,
  );
  const debounceUs = child.u32('input-debounce');
  return pins.map((pin) => [pin, { flags, ...(debounceUs !== undefined && { debounceUs }) }]);
}
