import { describe, expect, it } from 'vitest';
import { i2cBench } from '../sim/support.ts';
import { flash } from './memories/flash.ts';

/**
 * What others read from real chips and published: in bug reports, in documentation, in an emulator that carries the
 * bytes of the chips. Beside each stands who, and which of it is of that one chip.
 */

/** The DWORDs 1 to 4, 8 and 9 of the basic flash parameter table (JESD216B, 6.4). */
interface FlashDump {
  readonly chip: string;
  readonly source: string;
  readonly dwords: Readonly<Record<1 | 2 | 3 | 4 | 8 | 9, number>>;
  /** Bits of DWORD 1 in which the part is not this chip, and why. */
  readonly except?: readonly [bits: number, why: string];
}

const ZEPHYR = 'github.com/zephyrproject-rtos/zephyr';
const [SFUD, QEMU] = ['github.com/armink/SFUD, issue 84: log of SFUD 1.1.0', 'QEMU, hw/block/m25p80_sfdp.c'];
const FLASHES: readonly FlashDump[] = [
  {
    chip: 'winbond,w25q32jv',
    source: SFUD,
    dwords: {
      1: 0xfff9_20e5,
      2: 0x01ff_ffff,
      3: 0x6b08_eb44,
      4: 0xbb42_3b08,
      8: 0x520f_200c,
      9: 0x0000_d810,
    },
  },
  {
    chip: 'macronix,mx25r8035f',
    source: `${ZEPHYR}, samples/drivers/jesd216/README.rst: output`,
    dwords: {
      1: 0xfff1_20e5,
      2: 0x007f_ffff,
      3: 0x6b08_eb44,
      4: 0xbb04_3b08,
      8: 0x520f_200c,
      9: 0xff00_d810,
    },
  },
  {
    chip: 'macronix,mx25r6435f',
    source: `${ZEPHYR}, boards/arm/nrf52840dk_nrf52840: sfdp-bfp`,
    dwords: {
      1: 0xfff1_20e5,
      2: 0x03ff_ffff,
      3: 0x6b08_eb44,
      4: 0xbb04_3b08,
      8: 0x520f_200c,
      9: 0xff00_d810,
    },
  },
  {
    chip: 'winbond,w25q256',
    source: QEMU,
    dwords: {
      1: 0xfff3_20e5,
      2: 0x0fff_ffff,
      3: 0x6b08_eb44,
      4: 0xbb42_3b08,
      8: 0x520f_200c,
      9: 0x0000_d810,
    },
  },
  {
    chip: 'winbond,w25q512jv',
    source: QEMU,
    dwords: {
      1: 0xfffb_20e5,
      2: 0x1fff_ffff,
      3: 0x6b08_eb44,
      4: 0xbb42_3b08,
      8: 0x520f_200c,
      9: 0x0000_d810,
    },
  },
  {
    chip: 'macronix,mx25l25635e',
    source: QEMU,
    dwords: {
      1: 0xfff3_20e5,
      2: 0x0fff_ffff,
      3: 0x6b08_eb44,
      4: 0xbb04_3b08,
      8: 0x520f_200c,
      9: 0xff00_d810,
    },
  },
  {
    chip: 'macronix,mx25l25635f',
    source: QEMU,
    dwords: {
      1: 0xfff3_20e5,
      2: 0x0fff_ffff,
      3: 0x6b08_eb44,
      4: 0xbb04_3b08,
      8: 0x520f_200c,
      9: 0xff00_d810,
    },
  },
  {
    chip: 'macronix,mx66l1g45g',
    source: QEMU,
    dwords: {
      1: 0xfffb_20e5,
      2: 0x3fff_ffff,
      3: 0x6b08_eb44,
      4: 0xbb04_3b08,
      8: 0x520f_200c,
      9: 0xff00_d810,
    },
  },
  {
    chip: 'micron,n25q256a',
    source: QEMU,
    dwords: { 1: 0xfffb_20e5, 2: 0x0fff_ffff, 3: 0x6b27_eb29, 4: 0xbb27_3b08, 8: 0xd810_200c, 9: 0 },
  },
  {
    chip: 'issi,is25wp256',
    source: QEMU,
    dwords: {
      1: 0xfff9_20e5,
      2: 0x0fff_ffff,
      3: 0x6b08_eb44,
      4: 0xbb80_3b08,
      8: 0x520f_200c,
      9: 0xff00_d810,
    },
    except: [
      0x0006_0000,
      'the chip says three address bytes only, which Linux corrects; the part says four too',
    ],
  },
];

/** Double transfer rate, which parts do not have. */
const DTR = 0x0008_0000;
const MAKES_NO_DIFFERENCE = { opcodeOf: 0xff00 };

describe('SFDP of real flash', () => {
  /** Clocks of a read: those of the mode and those that wait; who divides them how is up to the maker. */
  const clocks = (half: number) => ((half >> 5) & 7) + (half & 0x1f);
  /** Of an erase that there is not, the opcode says nothing. */
  const erase = (half: number) => ((half & 0xff) === 0 ? half & ~MAKES_NO_DIFFERENCE.opcodeOf : half);
  const halves = (dword: number) => [dword & 0xffff, dword >>> 16] as const;

  it.each(FLASHES)('$chip ($source)', async ({ chip, dwords, except: [unlike] = [0] }) => {
    const bench = await flash(chip);
    const bytes = bench.exchange([0x5a, 0, 0, 0, 0], 256);
    const view = new DataView(Uint8Array.from(bytes).buffer);
    const at = view.getUint32(12, true) & 0xff_ffff;
    const dword = (number: number) => view.getUint32(at + 4 * (number - 1), true);
    const like = ~(DTR | unlike);
    expect((dword(1) & like).toString(16), 'reads').toBe((dwords[1] & like).toString(16));
    expect(dword(2), 'size').toBe(dwords[2]);
    for (const number of [3, 4] as const) {
      for (const [index, half] of halves(dwords[number]).entries()) {
        const own = halves(dword(number))[index] as number;
        expect([own >> 8, clocks(own)], `DWORD ${number}`).toEqual([half >> 8, clocks(half)]);
      }
    }
    for (const number of [8, 9] as const)
      expect(halves(dword(number)).map(erase), `DWORD ${number}`).toEqual(halves(dwords[number]).map(erase));
  });
});

/** As i2cdump reads: each register by itself. */
const dumped = (bench: Awaited<ReturnType<typeof i2cBench>>, from: number, count: number) =>
  Array.from({ length: count }, (_, index) => bench.writeRead([from + index], 1)[0]);

describe('register dumps of real chips', () => {
  it('PCA9685 after power-on (github.com/NVIDIA-AI-IOT/jetbot, issue 45: i2cdump)', async () => {
    const bench = await i2cBench({ compatible: 'nxp,pca9685-pwm', reg: 0x40 });
    expect(dumped(bench, 0x00, 6)).toEqual([0x11, 0x04, 0xe2, 0xe4, 0xe8, 0xe0]);
    expect(dumped(bench, 0x06, 64)).toEqual(
      Array.from({ length: 16 }, () => [0x00, 0x00, 0x00, 0x10]).flat(),
    );
    expect(dumped(bench, 0xfa, 6)).toEqual([0x00, 0x00, 0x00, 0x00, 0x1e, 0x00]);
  });

  // Of that one chip: time and temperature, and OSF, as its battery was new.
  it('DS3231 (merkles.com, "Using I2C": i2cdump)', async () => {
    const bench = await i2cBench({ compatible: 'maxim,ds3231', reg: 0x68 });
    bench.set('battery', false);
    bench.set('temperature', 22.5);
    bench.reset();
    bench.set('time', '2017-01-14T21:51:51Z');
    expect(dumped(bench, 0x00, 3)).toEqual([0x51, 0x51, 0x21]);
    expect(dumped(bench, 0x04, 15)).toEqual([
      ...[0x14, 0x01, 0x17, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00],
      ...[0x1c, 0x88, 0x00, 0x16, 0x80],
    ]);
  });

  // Of that one chip: the calibration from AAh on, and its copies at 80h and A0h.
  it('BMP180 after power-on (stackoverflow.com, "i2cdump works but not i2cget")', async () => {
    const bench = await i2cBench({ compatible: 'bosch,bmp180', reg: 0x77 });
    expect(dumped(bench, 0xd0, 2)).toEqual([0x55, 0x02]);
    expect(dumped(bench, 0xf4, 5)).toEqual([0x00, 0x00, 0x80, 0x00, 0x00]);
  });

  // Of that one chip and its air: all but the lowest bits, which one sample does not have.
  it('BME280, one sample of each (the same page): 6d 72 00 86 68 00 59 bb', async () => {
    const bench = await i2cBench({ compatible: 'bosch,bme280', reg: 0x76 });
    bench.write([0xf2, 0x01]);
    bench.write([0xf4, 0x25]);
    bench.clock.advance(10e6);
    const shown = bench.writeRead([0xf7], 8);
    expect([shown[2], shown[5]]).toEqual([0x00, 0x00]);
    expect(shown.filter((byte) => byte !== 0).length).toBeGreaterThanOrEqual(5);
  });

  // Set before: nothing; it measures on, so that a conversion is ready. The power and what it measures are not in the log.
  it('INA226 after power-on (github.com/e71828/pi_ina226, issue 3: log)', async () => {
    const bench = await i2cBench({ compatible: 'ti,ina226', reg: 0x40 });
    bench.clock.advance(10e6);
    const words = [0x00, 0x05, 0x06, 0x07, 0xfe].map((at) => bench.writeRead([at], 2));
    expect(words).toEqual([
      [0x41, 0x27],
      [0x00, 0x00],
      [0x00, 0x08],
      [0x00, 0x00],
      [0x54, 0x49],
    ]);
  });

  // Of that one chip: what it had measured (15h to 1Dh). It is powered down, where the part says that data are ready (27h).
  it('LSM9DS1 after power-on (README "Setting IMU sensor on the Raspberry Pi" on GitHub: i2cdump)', async () => {
    const bench = await i2cBench({ compatible: 'st,lsm9ds1-imu', reg: 0x6b });
    const blank = (count: number) => new Array<number>(count).fill(0x00);
    expect(dumped(bench, 0x04, 17)).toEqual([...blank(11), 0x68, ...blank(5)]);
    expect(dumped(bench, 0x1e, 9)).toEqual([0x38, 0x38, 0x00, 0x00, 0x04, ...blank(4)]);
    expect(dumped(bench, 0x28, 16)).toEqual(blank(16));
  });

  // Of that one chip: bits without a meaning, which it read as 40h (hours to month); what was written came back.
  it('RTC-8564JE, the clock of PCF8563 (sigrok-dumps, i2c/rtc_epson_8564je: captured by a logic analyzer)', async () => {
    const bench = await i2cBench({ compatible: 'nxp,pcf8563', reg: 0x51 });
    bench.write([0x02, 0x54, 0x03, 0x04, 0x22, 0x02, 0x11, 0x11]);
    const meaning = [0x7f, 0x7f, 0x3f, 0x3f, 0x07, 0x1f, 0xff];
    const captured = [0x54, 0x03, 0x44, 0x62, 0x52, 0x51, 0x11];
    expect(bench.writeRead([0x02], 7)).toEqual(
      captured.map((byte, index) => byte & (meaning[index] as number)),
    );
  });
});
