import { usbName } from './usb.ts';

/** How software reaches an adapter. */
export type Way = 'serial' | 'usb' | 'hid' | 'kernel';

/** A kind of USB adapter that people own. */
export interface KnownUsb {
  readonly title: string;
  /** What dtbus drives it by: a serial port, USB, or the bus that a kernel driver makes where there is one. */
  readonly way: Way;
  /** Compatibles that it may be, the likeliest first; none where dtbus has no driver for it. */
  readonly compatible: readonly string[];
}

const BUS_PIRATE = 'dangerousprototypes,bus-pirate';
const SERPROG = 'dtbus,serprog';
const MICROPYTHON = 'micropython,board';
const FIRMATA = 'firmata,board';
/** Whatever speaks one of these protocols may be behind a serial converter that is not known. */
export const ANY_SERIAL: readonly string[] = [BUS_PIRATE, SERPROG, MICROPYTHON, FIRMATA];
const serial = (title: string, ...compatible: readonly string[]): KnownUsb => ({
  title,
  way: 'serial',
  compatible,
});
const usb = (title: string, ...compatible: readonly string[]): KnownUsb => ({
  title,
  way: 'usb',
  compatible,
});
const hid = (title: string, ...compatible: readonly string[]): KnownUsb => ({
  title,
  way: 'hid',
  compatible,
});
const kernel = (title: string, ...compatible: readonly string[]): KnownUsb => ({
  title,
  way: 'kernel',
  compatible,
});

/** By vendor and product. Sources: the makers' documentation, Linux's drivers, flashrom. */
const KNOWN: Readonly<Record<string, KnownUsb>> = {
  '04d8:fb00': serial('Bus Pirate v4', BUS_PIRATE),
  '0403:6001': serial('FT232R: Bus Pirate v3, or a serprog programmer', BUS_PIRATE, SERPROG),
  '0403:6015': serial(
    'FT230X or FT231X: an I2CDriver or SPIDriver',
    'excamera,i2cdriver',
    'excamera,spidriver',
  ),
  '1209:7331': serial('Bus Pirate 5 or 6 (its second port)', 'dangerousprototypes,bus-pirate-5'),
  '04d8:ffee': serial('USB-ISS', 'devantech,usb-iss'),
  '2341:0043': serial('Arduino Uno', FIRMATA, SERPROG),
  '1a86:7523': serial(
    'CH340: an Arduino, perhaps a serprog programmer, or an ESP',
    SERPROG,
    MICROPYTHON,
    FIRMATA,
  ),
  '2e8a:0005': serial('MicroPython on an RP2040 or RP2350', MICROPYTHON),
  'f055:9800': serial('pyboard with MicroPython', MICROPYTHON),
  '303a:4001': serial('MicroPython on an ESP32-S2 or S3', MICROPYTHON),
  '303a:1001': serial('ESP32, perhaps with MicroPython', MICROPYTHON),
  '10c4:ea60': serial('CP210x: an ESP32, perhaps with MicroPython', MICROPYTHON),
  '2e8a:000a': serial('Raspberry Pi Pico', SERPROG),
  '0483:5740': serial('STM32, perhaps a serprog programmer', SERPROG),
  '0403:c631': kernel('i2c-tiny-usb', 'harbaum,i2c-tiny-usb'),
  '1c40:0534': kernel('i2c-tiny-usb', 'harbaum,i2c-tiny-usb'),
  '10c4:ea90': kernel('CP2112', 'silabs,cp2112'),
  '0403:6030': kernel('FT260', 'ftdi,ft260'),
  'a257:2013': usb('DLN-2', 'diolan,dln2'),
  '1d50:6170': usb('Raspberry Pi Pico as a DLN-2', 'diolan,dln2'),
  '04d8:00dd': kernel('MCP2221A', 'microchip,mcp2221a'),
  '1a86:5512': usb('CH341A', 'wch,ch341a'),
  '0403:6014': usb('FT232H', 'ftdi,ft232h'),
  '0403:6010': usb('FT2232H', 'ftdi,ft2232h'),
  '0403:6011': usb('FT4232H', 'ftdi,ft4232h'),
  '1a86:55db': usb('CH347T', 'wch,ch347'),
  '1a86:55de': usb('CH347F', 'wch,ch347'),
  '1a86:55dc': hid('CH347T'),
  '04d8:00de': hid('MCP2210', 'microchip,mcp2210'),
};

/** What is known of a USB device by its ids. */
export function knownUsb(ids: {
  readonly vendorId: number;
  readonly productId: number;
}): KnownUsb | undefined {
  return KNOWN[usbName(ids)];
}
