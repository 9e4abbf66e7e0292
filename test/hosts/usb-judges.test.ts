import { describe } from 'vitest';
import { flashrom } from './judges/flashrom.ts';
import { i2cTinyUsb, mcp2221 } from './judges/linux-driver.ts';
import { pyftdi } from './judges/pyftdi.ts';
import { describeJudges } from './judges/session.ts';

describe('emulated USB adapters, plugged into a Linux', () => {
  describeJudges([
    i2cTinyUsb,
    mcp2221,
    flashrom('ch341a', 'ch341a_spi', '5512'),
    pyftdi,
    flashrom('ftdi', 'ft2232_spi:type=232H', '6014'),
  ]);
});
