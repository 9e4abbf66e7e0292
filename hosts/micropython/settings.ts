import { type DeviceNode, NodeError } from '../../src/bus/index.ts';

/** Pins as Python has them: a number, or a name in quotes. */
export type Pin = string;

export interface I2cPins {
  /** Number of a hardware I2C; undefined: SoftI2C, on any pins. */
  readonly id: number | undefined;
  readonly scl: Pin | undefined;
  readonly sda: Pin | undefined;
}

export interface SpiPins {
  /** Number of a hardware SPI; undefined: SoftSPI, on any pins. */
  readonly id: number | undefined;
  readonly sck: Pin | undefined;
  readonly mosi: Pin | undefined;
  readonly miso: Pin | undefined;
  /** Pins of the chip selects, in their order. */
  readonly chipSelects: readonly Pin[];
}

/** Which buses the board has, and where. */
export interface Settings {
  /** Speed of the serial port in baud; USB has none. */
  readonly baud: number;
  readonly i2c: I2cPins | undefined;
  readonly spi: SpiPins | undefined;
  /** Pins that are GPIO lines, in their order. */
  readonly lines: readonly Pin[];
}

const DEFAULT_BAUD = 115_200;
const BAUD_MIN = 300;
const BAUD_MAX = 4_000_000;
const ID_MAX = 15;
export const LINES_MAX = 16;
/** `5`, `GP5`, `X9`, `PA4`, `P0.31`: nothing that would end a string of Python's. */
const PIN_NAME = /^[A-Za-z0-9_.]{1,32}$/;

/** Reads what the node says beside `port`. @throws {NodeError} */
export function readSettings(node: DeviceNode): Settings {
  const i2c = {
    id: numberOf(node, 'dtbus,i2c', 0, ID_MAX),
    scl: pinOf(node, 'dtbus,scl'),
    sda: pinOf(node, 'dtbus,sda'),
  };
  const spi = {
    id: numberOf(node, 'dtbus,spi', 0, ID_MAX),
    sck: pinOf(node, 'dtbus,sck'),
    mosi: pinOf(node, 'dtbus,mosi'),
    miso: pinOf(node, 'dtbus,miso'),
    chipSelects: (node.strings('dtbus,cs') ?? []).map((name) => pythonPin(node, 'dtbus,cs', name)),
  };
  const hasI2c = Object.values(i2c).some((value) => value !== undefined);
  const hasSpi = [spi.id, spi.sck, spi.mosi, spi.miso].some((value) => value !== undefined);
  const lines = (node.strings('dtbus,lines') ?? []).map((name) => pythonPin(node, 'dtbus,lines', name));
  if (lines.length > LINES_MAX)
    throw new NodeError(node, 'dtbus,lines', `${lines.length} lines are too many: at most ${LINES_MAX}`);
  if (!hasI2c && !hasSpi && lines.length === 0)
    throw new NodeError(
      node,
      'dtbus,scl',
      'no bus is named: set dtbus,scl and dtbus,sda, or dtbus,sck, dtbus,mosi and dtbus,miso, or dtbus,lines, to pins of the board',
    );
  if (hasI2c) checkPins(node, { 'dtbus,scl': i2c.scl, 'dtbus,sda': i2c.sda }, i2c.id);
  if (hasSpi)
    checkPins(node, { 'dtbus,sck': spi.sck, 'dtbus,mosi': spi.mosi, 'dtbus,miso': spi.miso }, spi.id);
  if (hasSpi && spi.chipSelects.length === 0)
    throw new NodeError(
      node,
      'dtbus,cs',
      'not found: dtbus,cs; name the pin of each chip select, as in dtbus,cs = "17"',
    );
  if (!hasSpi && spi.chipSelects.length > 0)
    throw new NodeError(
      node,
      'dtbus,cs',
      'chip selects need an SPI bus: set dtbus,sck, dtbus,mosi and dtbus,miso',
    );
  return {
    baud: numberOf(node, 'current-speed', BAUD_MIN, BAUD_MAX) ?? DEFAULT_BAUD,
    i2c: hasI2c ? i2c : undefined,
    spi: hasSpi ? spi : undefined,
    lines,
  };
}

/** Hardware knows pins of its own, but all or none have to be named. @throws {NodeError} */
function checkPins(
  node: DeviceNode,
  pins: Readonly<Record<string, Pin | undefined>>,
  id: number | undefined,
): void {
  const missing = Object.keys(pins).filter((name) => pins[name] === undefined);
  const [first] = missing;
  if (first === undefined || (id !== undefined && missing.length === Object.keys(pins).length)) return;
  throw new NodeError(node, first, `not found: ${first}; name the pin, as in ${first} = "5"`);
}

function pinOf(node: DeviceNode, property: string): Pin | undefined {
  const name = node.string(property);
  return name === undefined ? undefined : pythonPin(node, property, name);
}

function pythonPin(node: DeviceNode, property: string, name: string): Pin {
  if (!PIN_NAME.test(name))
    throw new NodeError(
      node,
      property,
      `invalid pin ${JSON.stringify(name)}: expected a number or a name, as "5" or "GP5"`,
    );
  return /^\d+$/.test(name) ? String(Number(name)) : `'${name}'`;
}

function numberOf(node: DeviceNode, property: string, least: number, most: number): number | undefined {
  const value = node.u32(property);
  if (value === undefined || (value >= least && value <= most)) return value;
  throw new NodeError(node, property, `invalid ${property} ${value}: expected ${least} to ${most}`);
}
