import { describe } from 'vitest';
import { flashrom } from './judges/flashrom.ts';
import { cp2112, dln2, ft260, i2cTinyUsb, mcp2221 } from './judges/linux-driver.ts';
import { npmUsb } from './judges/npm-usb.ts';
import { pyftdi } from './judges/pyftdi.ts';
import { describeJudges } from './judges/session.ts';
import { usbfs } from './judges/usbfs.ts';

describe('emulated USB adapters, plugged into a Linux', () => {
  describeJudges([
    i2cTinyUsb,
    mcp2221,
    cp2112,
    dln2,
    flashrom('ch341a', 'ch341a_spi', '5512'),
    pyftdi,
    flashrom('ftdi', 'ft2232_spi:type=232H', '6014'),
    usbfs,
    npmUsb('i2c-tiny-usb', 'harbaum,i2c-tiny-usb', 'c631'),
    npmUsb('ch341a', 'wch,ch341a', '5512'),
    npmUsb('ch347', 'wch,ch347', '55db'),
    npmUsb('ftdi', 'ftdi,ft232h', '6014'),
    npmUsb('dln2', 'diolan,dln2', '2013'),
    npmUsb('mcp2210', 'microchip,mcp2210', '00de', false),
    npmUsb('mcp2221', 'microchip,mcp2221a', '00dd'),
    npmUsb('cp2112', 'silabs,cp2112', 'ea90'),
  ]);
});

describe('an emulated FT260, plugged into a Linux in virtual time', () => {
  describeJudges([ft260, npmUsb('ft260', 'ftdi,ft260', '6030')], 'virtual');
});
