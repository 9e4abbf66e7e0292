import { describe, expect, it } from 'vitest';
import {
  BusPirateEmulator,
  type EmulatorOptions,
  V3_FIRMWARE_6_1,
  V4_FIRMWARE_8_0,
} from '../../../hosts/bus-pirate/index.ts';
import { SPI_MODE } from '../../../src/bus/index.ts';
import { RecordingWire } from '../recording-wire.ts';

/** Answers are compared as text where they are text, else as hex. Source: Bus Pirate documentation. */
function bench(options: EmulatorOptions = {}) {
  const wire = new RecordingWire();
  const emulator = new BusPirateEmulator({ i2c: wire.i2c, spi: wire.spi, ...options });
  const send = (...bytes: number[]) => Buffer.from(emulator.feed(Uint8Array.from(bytes)));
  const type = (line: string) => Buffer.from(emulator.feed(Buffer.from(line))).toString('latin1');
  const bitbang = () => send(...new Array(20).fill(0));
  return { wire, emulator, send, type, bitbang };
}

describe('the text terminal', () => {
  it('greets after a reset with hardware, firmware and prompt', () => {
    const { emulator, type } = bench({ traits: V3_FIRMWARE_6_1 });
    const greeting = Buffer.from(emulator.reset()).toString();
    expect(greeting).toMatch(/^Bus Pirate v3\.5\r\nFirmware v6\.1 .*\r\nDEVID:.*\r\n.*\r\nHiZ>$/);
    expect(type('i\n')).toBe(`i\r\n${greeting}`);
    expect(type('#\n')).toBe(`#\r\nRESET\r\n${greeting}`);
  });

  it('echoes, erases, prompts', () => {
    const { type } = bench();
    expect(type('ab\bc')).toBe('ab\b \bc');
    expect(type('\r')).toBe('\r\nSyntax error at char 1\r\nHiZ>');
    expect(type('\n')).toBe('\r\nHiZ>');
    expect(type('?\n')).toContain('Reset');
  });

  it('changes its speed by menu: entry, divisor, space at the new speed', () => {
    const { type } = bench();
    expect(type('b\n')).toMatch(/9\. 115200\r\n10\. BRG raw value\r\n\r\n\(9\)>$/);
    expect(type('10\n')).toMatch(/\(34\)>$/);
    expect(type('1\n')).toBe('1\r\nAdjust your terminal\r\nSpace to continue\r\n');
    expect(type('xyz')).toBe('');
    expect(type(' ')).toBe('\r\nHiZ>');
    expect(type('b\n9\n ')).toMatch(/Space to continue\r\n\r\nHiZ>$/);
  });

  it('has no other mode to change to', () => {
    expect(bench().type('m\n\n')).toMatch(/\(1\)>\r\nReady\r\nHiZ>$/);
  });

  it('holds a line of limited length', () => {
    const { type } = bench();
    expect(type('x'.repeat(1000))).toHaveLength(128);
  });

  it('goes to binary mode after the twentieth zero, not before', () => {
    const { send } = bench();
    expect(send(...new Array(19).fill(0))).toHaveLength(0);
    expect(send(0).toString()).toBe('BBIO1');
  });
});

describe('bitbang mode', () => {
  it('tells its name, and the names of the modes it leads to', () => {
    const { bitbang, send } = bench();
    bitbang();
    expect(send(0).toString()).toBe('BBIO1');
    for (const [command, name] of [
      [1, 'SPI1'],
      [2, 'I2C1'],
      [3, 'ART1'],
      [4, '1W01'],
      [5, 'RAW1'],
      [6, 'OCD1'],
    ] as const) {
      expect(send(command).toString()).toBe(name);
      expect(send(1).toString()).toBe(name);
      expect(send(0).toString()).toBe('BBIO1');
    }
  });

  it('refuses every command of a mode that it does not emulate', () => {
    const { bitbang, send } = bench();
    bitbang();
    send(3);
    expect([...send(0x62)]).toEqual([0]);
  });

  it('goes back to the terminal by 0f', () => {
    const { bitbang, send } = bench();
    bitbang();
    const [done, ...greeting] = send(0x0f);
    expect(done).toBe(1);
    expect(Buffer.from(greeting).toString()).toMatch(/^Bus Pirate v4\r\n(.*\r\n)+HiZ>$/);
  });

  it('sets pins and answers with their levels', () => {
    const { bitbang, send, emulator } = bench();
    bitbang();
    // All pins outputs: AUX, MOSI, CLK, MISO, CS.
    expect([...send(0b0100_0000)]).toEqual([0]);
    expect([...send(0b1100_1010)]).toEqual([0b01010]);
    expect(emulator.pins).toMatchObject({ power: true, pullUps: false, aux: false });
    // Inputs are high where pull-ups hold them.
    expect([...send(0b0101_0001)]).toEqual([0b01010]);
    expect([...send(0b1010_0000)]).toEqual([0b10001]);
  });

  it('switches everything off on the way to another mode', () => {
    const { bitbang, send, emulator } = bench();
    bitbang();
    send(0b1110_0000);
    expect(emulator.pins.power).toBe(true);
    send(2);
    expect(emulator.pins.power).toBe(false);
  });

  it('answers measurements, PWM and self-tests in the length they have', () => {
    const { bitbang, send } = bench();
    bitbang();
    expect(send(0x14)).toHaveLength(2);
    expect(send(0x16)).toHaveLength(4);
    expect([...send(0x12, 0, 1, 2, 3)]).toEqual([]);
    expect([...send(4)]).toEqual([1]);
    expect([...send(0x13)]).toEqual([1]);
    expect([...send(0x10)]).toEqual([0]);
    expect([...send(0x55, 0xff)]).toEqual([0x55, 1]);
    expect([...send(0x3f)]).toEqual([0]);
  });
});

describe('I2C mode', () => {
  function i2c(options: EmulatorOptions = {}) {
    const all = bench(options);
    all.bitbang();
    all.send(2);
    return all;
  }

  it('START, bulk write with its acknowledgements, read, ACK, NACK, STOP', () => {
    const { send, wire } = i2c();
    wire.memory.set([0xaa, 0xbb, 0xcc], 5);
    expect([...send(2, 0x11, 0xa0, 5)]).toEqual([1, 1, 0, 0]);
    expect([...send(2, 0x10, 0xa1, 4, 6, 4, 7)]).toEqual([1, 1, 0, 0xaa, 1, 0xbb, 1]);
    // The part was told that it is enough.
    expect([...send(4, 3)]).toEqual([0xff, 1]);
    expect(wire.log).toEqual(['W50', '<05', 'R50', '>aa', '>bb', 'P']);
  });

  it('says NACK for each byte that is not acknowledged', () => {
    expect([...i2c().send(2, 0x11, 0x66, 9, 3)]).toEqual([1, 1, 1, 1, 1]);
  });

  it('write then read has a repeated START in it since firmware 8.0', () => {
    const { send, wire } = i2c();
    wire.memory.set([0xaa, 0xbb], 5);
    expect([...send(8, 0, 2, 0, 2, 0xa0, 5)]).toEqual([1, 0xaa, 0xbb]);
    expect(wire.log).toEqual(['W50', '<05', 'R50', '>aa', '>bb', 'P']);
  });

  it('write then read goes on without one before: a part that listens does not answer', () => {
    const { send, wire } = i2c({ traits: V3_FIRMWARE_6_1 });
    expect([...send(8, 0, 2, 0, 2, 0xa0, 5)]).toEqual([1, 0xff, 0xff]);
    expect(wire.log).toEqual(['W50', '<05', 'P']);
  });

  it('write then read stops at a NACK, without a STOP', () => {
    const { send, wire } = i2c();
    expect([...send(8, 0, 4, 0, 0, 0xa2, 1, 2, 3)]).toEqual([0]);
    expect(wire.log).toEqual(['W51', '<01', '<02', '<03!']);
    expect([...send(8, 0, 1, 0, 2, 0x67)]).toEqual([0]);
  });

  it('write then read of nothing, or of too much, is refused', () => {
    const { send } = i2c();
    expect([...send(8, 0, 0, 0, 0)]).toEqual([0]);
    expect([...send(8, 0x10, 1, 0, 0)]).toEqual([0]);
    expect([...send(8, 0, 1, 0x10, 1)]).toEqual([0]);
    expect([...i2c({ traits: V3_FIRMWARE_6_1 }).send(8, 0, 0, 0, 0)]).toEqual([1]);
  });

  it('speed, peripherals, pull-up voltage, AUX', () => {
    const { send, emulator } = i2c();
    expect([...send(0x63)]).toEqual([1]);
    expect([...send(0x4e)]).toEqual([1]);
    expect(emulator.pins).toMatchObject({ power: true, pullUps: true, aux: true });
    expect([...send(0x52)]).toEqual([1]);
    expect(emulator.pins.pullUpMicrovolt).toBe(5_000_000);
    expect([...send(0x50)]).toEqual([1]);
    expect(emulator.pins.pullUpMicrovolt).toBe(0);
    expect([...send(9, 0, 9, 3)]).toEqual([1, 1, 1, 0]);
    expect([...send(9, 1, 9, 3, 9, 0x10)]).toEqual([1, 1, 1, 1, 1, 1]);
    expect([...i2c({ traits: V3_FIRMWARE_6_1 }).send(0x51)]).toEqual([0]);
  });

  it('listens until a byte comes', () => {
    const { send } = i2c();
    expect([...send(0x0f)]).toEqual([]);
    expect([...send(0x02)]).toEqual([1]);
  });

  it('refuses what it does not know', () => {
    for (const command of [0x05, 0x0a, 0x20, 0x70, 0x80, 0xf0]) expect([...i2c().send(command)]).toEqual([0]);
  });

  it('has an empty bus when nothing is wired to it', () => {
    const emulator = new BusPirateEmulator();
    emulator.feed(new Uint8Array(20));
    emulator.feed(Uint8Array.of(2));
    expect([...emulator.feed(Uint8Array.of(2, 0x10, 0xa0, 4, 3))]).toEqual([1, 1, 1, 0xff, 1]);
  });
});

describe('SPI mode', () => {
  function spi(options: EmulatorOptions = {}) {
    const all = bench(options);
    all.bitbang();
    all.send(1);
    return all;
  }

  it('chip select, bulk exchange', () => {
    const { send, wire } = spi();
    expect([...send(2, 0x12, 0x01, 0xf0, 0xff, 3)]).toEqual([1, 1, 0xfe, 0x0f, 0x00, 1]);
    expect(wire.log).toEqual(['[0', '01', 'f0', 'ff', ']']);
  });

  it('write then read with and without chip select', () => {
    const { send, wire } = spi();
    expect([...send(4, 0, 1, 0, 3, 0x9f)]).toEqual([1, 0xef, 0x40, 0x14]);
    expect(wire.log).toEqual(['[0', '9f', '00', '00', '00', ']']);
    wire.log = [];
    expect([...send(2, 5, 0, 1, 0, 0, 0x9f, 5, 0, 0, 0, 3, 3)]).toEqual([1, 1, 1, 0xef, 0x40, 0x14, 1]);
    expect(wire.log).toEqual(['[0', '9f', '00', '00', '00', ']']);
  });

  it('sends ff while an old firmware reads', () => {
    const { send, wire } = spi({ traits: V3_FIRMWARE_6_1 });
    send(4, 0, 0, 0, 2);
    expect(wire.log).toEqual(['[0', 'ff', 'ff', ']']);
  });

  it('an old firmware has room for 4096 bytes, a new one streams', () => {
    const old = spi({ traits: V3_FIRMWARE_6_1 });
    expect([...old.send(4, 0, 0, 0x10, 1)]).toEqual([0]);
    expect([...old.send(4, 0, 0, 0, 0)]).toEqual([1]);
    const streaming = spi({ traits: V4_FIRMWARE_8_0 });
    expect(streaming.send(4, 0, 0, 0x20, 0)).toHaveLength(1 + 8192);
    expect([...streaming.send(4, 0, 0, 0, 0)]).toEqual([0]);
  });

  it('clock modes, by the PIC’s names for them', () => {
    for (const [config, mode] of [
      [0x8a, 0],
      [0x88, 1],
      [0x8e, 2],
      [0x8c, 3],
    ] as const) {
      const { send, wire } = spi();
      expect([...send(config, 2)]).toEqual([1, 1]);
      expect(wire.log).toEqual([`[${mode}`]);
    }
  });

  it('setting the clock raises chip select', () => {
    const { send, wire } = spi();
    send(2, 0x63);
    expect(wire.log).toEqual(['[0', ']']);
    send(2, 0x8a);
    expect(wire.log).toEqual(['[0', ']', '[0', ']']);
  });

  it('chip select also follows the peripherals, and ends with the mode', () => {
    const { send, wire } = spi();
    send(0x40);
    expect(wire.log).toEqual(['[0']);
    send(0x41, 2, 0);
    expect(wire.log).toEqual(['[0', ']', '[0', ']']);
  });

  it('knows eight speeds, or twelve', () => {
    expect([...spi().send(0x6b, 0x6c)]).toEqual([1, 0]);
    expect([...spi({ traits: V3_FIRMWARE_6_1 }).send(0x67, 0x68)]).toEqual([1, 0]);
  });

  it('the AVR commands: nothing, version, bulk read of words', () => {
    const { send, wire } = spi();
    expect([...send(6, 0, 6, 1, 6, 9)]).toEqual([1, 1, 1, 1, 0, 1, 1, 0]);
    send(2);
    wire.log = [];
    const read = send(6, 2, 0, 0, 1, 2, 0, 0, 0, 3);
    expect(read).toHaveLength(2 + 3);
    expect(wire.log.join(' ')).toBe('20 01 02 00 28 01 02 00 20 01 03 00');
    expect([...send(6, 2, 0, 0, 0xff, 0xff, 0, 0, 0, 2)]).toEqual([1, 0]);
  });

  it('listens until a byte comes', () => {
    const { send } = spi();
    expect([...send(0x0d)]).toEqual([1]);
    expect([...send(0x02)]).toEqual([]);
    expect([...send(0x0e, 0xff, 1)].slice(1)).toEqual([...Buffer.from('SPI1')]);
  });

  it('chooses pull-up voltages only for pins that do not drive', () => {
    const { send } = spi();
    expect([...send(0x82, 0x51, 0x8a, 0x51)]).toEqual([1, 1, 1, 0]);
  });

  it('refuses what it does not know', () => {
    for (const command of [0x07, 0x0f, 0x20, 0x30, 0x70, 0xf0]) expect([...spi().send(command)]).toEqual([0]);
  });

  it('selects by a high level where the part wants that', () => {
    const selected: number[] = [];
    const wire = {
      select: (_: number, mode: number) => selected.push(mode),
      exchange() {},
      deselect: () => selected.push(-1),
    };
    const { send } = spi({ spi: wire, csActiveHigh: true });
    send(2, 3);
    // CS is high when the mode is entered: the part is selected at once.
    expect(selected).toEqual([SPI_MODE.CS_HIGH, -1, SPI_MODE.CS_HIGH]);
  });

  it('hears nothing when nothing is wired to it', () => {
    const emulator = new BusPirateEmulator();
    emulator.feed(new Uint8Array(20));
    emulator.feed(Uint8Array.of(1));
    expect([...emulator.feed(Uint8Array.of(4, 0, 0, 0, 2))]).toEqual([1, 0xff, 0xff]);
  });
});

it('takes bytes one by one as well as together', () => {
  const session = [
    ...new Array(20).fill(0),
    2,
    2,
    0x11,
    0xa0,
    5,
    8,
    0,
    1,
    0,
    3,
    0xa1,
    0,
    1,
    4,
    0,
    1,
    0,
    3,
    0x9f,
    0x0f,
  ];
  const together = bench();
  const apart = bench();
  const all = together.send(...session);
  expect(Buffer.concat(session.map((byte) => apart.send(byte)))).toEqual(all);
  expect(apart.wire.log).toEqual(together.wire.log);
});
