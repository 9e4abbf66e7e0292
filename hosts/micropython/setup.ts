import { DRIVER } from './driver.ts';
import type { I2cPins, Pin, SpiPins } from './settings.ts';

/** Longest that a part may hold SCL low, in µs. */
const STRETCH_US = 50_000;
/** Until a message names its clock. */
export const DEFAULT_SPI_HZ = 1_000_000;

/** The line of source that makes the I2C bus, with its clock in Hz. */
export function makeI2c({ id, scl, sda }: I2cPins, hz: number): string {
  const pins = [named('scl', scl), named('sda', sda), `freq=${hz}`].filter((text) => text !== '');
  return id === undefined
    ? `${DRIVER}.c=machine.SoftI2C(${[...pins, `timeout=${STRETCH_US}`].join(',')})`
    : `${DRIVER}.c=machine.I2C(${[id, ...pins].join(',')})`;
}

/**
 * The line of source that tells the driver of the pins of the bus; undefined where they are not known. A bus of the hardware, whose
 * pins nobody sees any more once it is made, is clocked free at once where SDA is held low.
 */
export function ownPins({ id, scl, sda }: I2cPins): string | undefined {
  if (scl === undefined || sda === undefined) return undefined;
  return `${DRIVER}.own(${scl},${sda})${id === undefined ? '' : `;${DRIVER}.free()`}`;
}

/** The lines of source that make the SPI bus and its chip selects, which are high. */
export function makeSpi({ id, sck, mosi, miso, chipSelects }: SpiPins): string[] {
  const pins = [named('sck', sck), named('mosi', mosi), named('miso', miso)].filter((text) => text !== '');
  const clock = [`baudrate=${DEFAULT_SPI_HZ}`, 'polarity=0', 'phase=0'];
  const bus =
    id === undefined
      ? `machine.SoftSPI(${[...clock, ...pins].join(',')})`
      : `machine.SPI(${[id, ...clock, ...pins].join(',')})`;
  const selects = chipSelects.map((pin) => `machine.Pin(${pin},machine.Pin.OUT,value=1)`);
  return [`${DRIVER}.k=[]`, ...selects.map((pin) => `${DRIVER}.k.append(${pin})`), `${DRIVER}.s=${bus}`];
}

/** The lines of source that name the pins of GPIO, and leave them as they are. */
export function makeLines(lines: readonly Pin[]): string[] {
  return [`${DRIVER}.n=[]`, ...lines.map((pin) => `${DRIVER}.n.append(machine.Pin(${pin}))`)];
}

/** The line of source that prints the version and the name of the board, with a bar between them. */
export const WHO =
  "sys.stdout.write('.'.join(str(v) for v in sys.implementation[1][:3])+'|'+getattr(sys.implementation,'_machine',sys.platform))";

function named(name: string, pin: Pin | undefined): string {
  return pin === undefined ? '' : `${name}=machine.Pin(${pin})`;
}
