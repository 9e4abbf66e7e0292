import { describe, expect, it } from 'vitest';
import { faultOf, i2cBench } from '../../sim/support.ts';

const MS = 1e6;
const EXT_SENS_DATA = 0x49;

/** RM-MPU-6000A, 4.8 to 4.13 and 4.24. Behind the master: an EEPROM with 0, 1, 2, … at 50h, a port at 20h. */
describe('the I2C master of the MPU-6050', () => {
  async function mastering() {
    const gate = {
      name: 'i2c-gate',
      children: [
        { name: 'rom@50', compatible: 'atmel,24c02', reg: 0x50 },
        { name: 'port@20', compatible: 'nxp,pcf8574', reg: 0x20 },
      ],
    };
    const bench = await i2cBench({ compatible: 'invensense,mpu6050', reg: 0x68, children: [gate] });
    const [rom, port] = ['/i2c/part0/i2c-gate/rom@50', '/i2c/part0/i2c-gate/port@20'] as const;
    bench.parts.set(
      rom,
      'contents',
      Uint8Array.from({ length: 256 }, (_, index) => index),
    );
    const begin = () => {
      bench.write([0x6b, 0x00]);
      // 1 kHz / 10: a sample each 10 ms.
      bench.write([0x1a, 0x01]);
      bench.write([0x19, 9]);
      bench.write([0x6a, 0x20]);
    };
    begin();
    return {
      ...bench,
      begin,
      contents: () => bench.parts.get(rom, 'contents') as Uint8Array,
      outputs: () => bench.parts.get(port, 'outputs'),
      latch: () => 0xff - (bench.parts.get(port, 'outputs') as number),
      sample: () => bench.clock.advance(10 * MS),
      data: (count: number) => bench.writeRead([EXT_SENS_DATA], count),
      status: () => bench.writeRead([0x36], 1)[0],
    };
  }

  it('serves nobody while it is off', async () => {
    const bench = await mastering();
    bench.write([0x6a, 0x00]);
    bench.write([0x25, 0xd0, 0x07, 0x81]);
    bench.sample();
    expect(bench.data(1)).toEqual([0]);
  });

  it('data of slaves that read follow each other; those that write, or are off, have none', async () => {
    const bench = await mastering();
    // Slave 0 writes 5Ah to 10h, whatever its length says; slave 1 is off; slave 2 reads 07h and 08h, slave 3 20h.
    bench.write([0x63, 0x5a]);
    bench.write([0x25, 0x50, 0x10, 0x82]);
    bench.write([0x28, 0xd0, 0x30, 0x02]);
    bench.write([0x2b, 0xd0, 0x07, 0x82]);
    bench.write([0x2e, 0xd0, 0x20, 0x81]);
    bench.sample();
    // The EEPROM is busy for 5 ms after what slave 0 wrote.
    bench.write([0x27, 0x02]);
    bench.sample();
    expect([bench.data(4), bench.contents()[0x10]]).toEqual([[7, 8, 0x20, 0], 0x5a]);
  });

  it('has room for 24 bytes', async () => {
    const bench = await mastering();
    bench.write([0x25, 0xd0, 0x20, 0x8f]);
    bench.write([0x28, 0xd0, 0x40, 0x8f]);
    bench.write([0x2b, 0xd0, 0x60, 0x81]);
    bench.sample();
    const expected = [
      ...Array.from({ length: 15 }, (_, i) => 0x20 + i),
      ...Array.from({ length: 9 }, (_, i) => 0x40 + i),
    ];
    expect([bench.data(24), bench.writeRead([0x63], 5)]).toEqual([expected, [0, 0, 0, 0, 0]]);
  });

  // 4.8: BYTE_SW, GRP.
  it.each([
    ['words from even registers', 0x10, 0xc4, [0x11, 0x10, 0x13, 0x12]],
    ['… from an odd register on', 0x11, 0xc4, [0x11, 0x13, 0x12, 0x14]],
    ['words from odd registers', 0x11, 0xd4, [0x12, 0x11, 0x14, 0x13]],
    ['… from an even register on', 0x10, 0xd4, [0x10, 0x12, 0x11, 0x13]],
    ['a last byte alone', 0x10, 0xc3, [0x11, 0x10, 0x12]],
  ])('turns %s round', async (_, register, control, bytes) => {
    const bench = await mastering();
    bench.write([0x25, 0xd0, register, control]);
    bench.sample();
    expect(bench.data(bytes.length)).toEqual(bytes);
  });

  it('REG_DIS: no register is named, in reads and in writes', async () => {
    const bench = await mastering();
    bench.write([0x25, 0xa0, 0x00, 0xa1]);
    bench.sample();
    expect([bench.data(1), bench.outputs()]).toEqual([[0xff], 0]);
    // Slave 1 names the register: the port takes it for its pins.
    bench.write([0x28, 0xa0, 0x3c, 0x81]);
    bench.sample();
    expect([bench.status(), bench.latch()]).toEqual([0, 0x3c]);
  });

  describe('slave 4', () => {
    const DONE = 0x40;

    it('reads a byte from a register, or without naming one', async () => {
      const bench = await mastering();
      bench.write([0x31, 0xd0, 0x33, 0xee, 0x80]);
      bench.sample();
      expect([bench.status(), ...bench.writeRead([0x35], 1)]).toEqual([DONE, 0x33]);
      bench.write([0x31, 0xa0, 0x00, 0xee, 0xa0]);
      bench.sample();
      expect([bench.writeRead([0x35], 1), bench.outputs()]).toEqual([[0xff], 0]);
    });

    it('writes its byte to a register, or alone; SLV4_DI stays', async () => {
      const bench = await mastering();
      bench.write([0x31, 0x50, 0x33, 0x5a, 0x80]);
      bench.sample();
      expect([bench.status(), bench.contents()[0x33], ...bench.writeRead([0x35], 1)]).toEqual([
        DONE,
        0x5a,
        0,
      ]);
      // Alone the EEPROM takes it for an address, from which slave 0 then reads.
      bench.write([0x31, 0x50, 0x33, 0x77, 0xa0]);
      bench.sample();
      bench.write([0x25, 0xd0, 0x00, 0xa1]);
      bench.sample();
      expect(bench.data(1)).toEqual([0x77]);
    });

    it('raises the interrupt with INT_EN only', async () => {
      const bench = await mastering();
      bench.write([0x38, 0x08]);
      bench.sample();
      bench.write([0x31, 0xd0, 0x33, 0x00, 0x80]);
      bench.sample();
      expect((bench.writeRead([0x3a], 1)[0] as number) & 0x08).toBe(0);
      bench.write([0x34, 0xc0]);
      bench.sample();
      expect((bench.writeRead([0x3a], 1)[0] as number) & 0x08).toBe(0x08);
    });

    it('waits for its turn where it is delayed', async () => {
      const bench = await mastering();
      bench.sample();
      bench.write([0x67, 0x10]);
      bench.write([0x31, 0xd0, 0x33, 0x00, 0x83]);
      const done = [1, 2, 3, 4].map(() => {
        bench.sample();
        return bench.status();
      });
      expect(done).toEqual([0, 0, 0, DONE]);
    });

    it('does not wait where others are delayed', async () => {
      const bench = await mastering();
      bench.sample();
      bench.write([0x67, 0x0f]);
      bench.write([0x31, 0xd0, 0x33, 0x00, 0x83]);
      bench.sample();
      expect(bench.status()).toBe(DONE);
    });
  });

  it('delays count for those alone that have them, and anew after a reset', async () => {
    const bench = await mastering();
    const set = () => {
      bench.write([0x34, 0x03]);
      bench.write([0x67, 0x01]);
      // Nobody answers at 1Eh and 1Fh.
      bench.write([0x25, 0x9e, 0x00, 0x81]);
      bench.write([0x28, 0x9f, 0x00, 0x81]);
    };
    set();
    const told = () => {
      bench.sample();
      return bench.status();
    };
    expect([told(), told(), told()]).toEqual([3, 2, 2]);
    bench.parts.at('/i2c/part0').reset();
    bench.begin();
    set();
    expect([told(), told()]).toEqual([3, 2]);
  });
});

describe('what hangs on the auxiliary bus', () => {
  const gate = (...children: object[]) => [{ name: 'i2c-gate', children }];
  const lm75 = { name: 'temp@48', compatible: 'national,lm75', reg: 0x48 };

  it('an MPU-6050 has no magnetometer', async () => {
    const bench = await i2cBench({ compatible: 'invensense,mpu6050', reg: 0x68, children: gate(lm75) });
    bench.write([0x37, 0x02]);
    expect(faultOf(() => bench.read(1, 0x0c))).toBe('ENXIO');
  });

  it('an MPU-9250 has its own, also beside other chips', async () => {
    const bench = await i2cBench({ compatible: 'invensense,mpu9250', reg: 0x68, children: gate(lm75) });
    bench.write([0x37, 0x02]);
    expect([bench.writeRead([0x00], 1, 0x0c), bench.writeRead([0x00], 1, 0x48)]).toEqual([[0x48], [25]]);
  });

  it('one that the tree describes takes its place', async () => {
    const ak8963 = { name: 'magnetometer@c', compatible: 'asahi-kasei,ak8963', reg: 0x0c };
    const children = gate({ name: 'label' }, lm75, ak8963);
    const bench = await i2cBench({ compatible: 'invensense,mpu9250', reg: 0x68, children });
    bench.parts.set('/i2c/part0/i2c-gate/magnetometer@c', 'magnetX', 150);
    bench.write([0x37, 0x02]);
    bench.write([0x0a, 0x11], 0x0c);
    bench.clock.advance(8 * MS);
    // 150 µT / 0.15 / 1.1875 is 34Ah.
    expect(bench.writeRead([0x03], 2, 0x0c)).toEqual([0x4a, 0x03]);
  });

  it('its measurements take their time', async () => {
    const bench = await i2cBench({ compatible: 'invensense,mpu9250', reg: 0x68 });
    bench.write([0x37, 0x02]);
    bench.clock.advance(100 * MS);
    bench.write([0x0a, 0x11], 0x0c);
    bench.clock.advance(7.1 * MS);
    expect(bench.writeRead([0x02], 1, 0x0c)).toEqual([0]);
    bench.clock.advance(0.2 * MS);
    expect(bench.writeRead([0x02], 1, 0x0c)).toEqual([1]);
  });
});
