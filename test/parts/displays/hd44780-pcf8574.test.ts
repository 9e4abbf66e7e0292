import { describe, expect, it } from 'vitest';
import { i2cBench } from '../../sim/support.ts';

describe('HD44780 on a PCF8574', () => {
  const [RS, RW, E, LIGHT] = [1, 2, 4, 8];
  const lcd = (properties = {}) => i2cBench({ compatible: 'dtbus,hd44780-pcf8574', reg: 0x27, properties });
  type Bench = Awaited<ReturnType<typeof lcd>>;
  const half = (bench: Bench, bits: number, flags: number) =>
    bench.write([bits | flags | LIGHT, bits | flags | E | LIGHT, bits | flags | LIGHT]);
  const send = (bench: Bench, byte: number, flags = 0) => {
    half(bench, byte & 0xf0, flags);
    half(bench, (byte << 4) & 0xf0, flags);
  };
  const print = (bench: Bench, text: string) => {
    for (const character of text) send(bench, character.charCodeAt(0), RS);
  };
  /** Figure 24 of the data sheet: initialising by instruction, four bits. */
  const ready = async (properties = {}) => {
    const bench = await lcd(properties);
    for (const bits of [0x30, 0x30, 0x30, 0x20]) half(bench, bits, 0);
    for (const instruction of [0x28, 0x08, 0x01, 0x06, 0x0c]) send(bench, instruction);
    return bench;
  };

  it('prints on two lines', async () => {
    const bench = await ready();
    print(bench, 'Hello');
    send(bench, 0xc0);
    print(bench, '21.5\xdfC');
    expect(bench.get('text')).toBe('Hello           \n21.5°C          ');
    expect(bench.get('backlight')).toBe(true);
  });

  it('has two lines after one half alone, as the open data lines read as 1', async () => {
    const bench = await lcd({ 'display-width-chars': 20, 'display-height-chars': 4 });
    for (const bits of [0x30, 0x30, 0x20]) half(bench, bits, 0);
    for (const instruction of [0x0c, 0x06, 0x01, 0xc0]) send(bench, instruction);
    print(bench, 'twenty characters...');
    send(bench, 0xd4);
    print(bench, 'the last line');
    expect((bench.get('text') as string).split('\n').map((line) => line.trim())).toEqual([
      '',
      'twenty characters...',
      '',
      'the last line',
    ]);
  });

  it('four lines continue the first two', async () => {
    const bench = await ready({ 'display-width-chars': 20, 'display-height-chars': 4 });
    for (const [address, text] of [
      [0x80, 'one'],
      [0xc0, 'two'],
      [0x94, 'three'],
      [0xd4, 'four'],
    ] as const) {
      send(bench, address);
      print(bench, text);
    }
    expect((bench.get('text') as string).split('\n').map((line) => line.trim())).toEqual([
      'one',
      'two',
      'three',
      'four',
    ]);
  });

  it('clears, goes home, shifts and turns off', async () => {
    const bench = await ready();
    print(bench, 'abc');
    send(bench, 0x18);
    expect(bench.get('text')).toMatch(/^bc /);
    send(bench, 0x02);
    print(bench, 'A');
    expect(bench.get('text')).toMatch(/^Abc /);
    send(bench, 0x10);
    print(bench, 'X');
    expect(bench.get('text')).toMatch(/^Xbc /);
    send(bench, 0x08);
    expect((bench.get('text') as string).trim()).toBe('');
    send(bench, 0x0c);
    send(bench, 0x01);
    expect((bench.get('text') as string).trim()).toBe('');
  });

  it('gives back its address counter and its memory, half by half', async () => {
    const bench = await ready();
    print(bench, 'ab');
    const readHalf = (flags: number) => {
      bench.write([0xf0 | RW | flags, 0xf0 | RW | E | flags]);
      const [pins = 0] = bench.read(1);
      bench.write([0xf0 | RW | flags]);
      return pins & 0xf0;
    };
    expect([readHalf(0), readHalf(0)]).toEqual([0x00, 0x20]);
    send(bench, 0x81);
    expect([readHalf(RS), readHalf(RS)]).toEqual([0x60, 0x20]);
  });

  it('keeps characters of the user apart', async () => {
    const bench = await ready();
    print(bench, 'Z');
    send(bench, 0x48);
    for (let row = 0; row < 8; row++) send(bench, 0x1f, RS);
    send(bench, 0x81);
    send(bench, 0x01, RS);
    expect(bench.get('text')).toMatch(/^Z· /);
  });

  it('refuses a size that there is not', async () => {
    await expect(lcd({ 'display-height-chars': 5 })).rejects.toThrow(
      'display-height-chars: invalid count 5: expected 1 to 4',
    );
  });

  it('a reset blanks it', async () => {
    const bench = await ready();
    print(bench, 'abc');
    bench.reset();
    expect((bench.get('text') as string).trim()).toBe('');
  });

  const readHalf = (bench: Bench, flags: number) => {
    bench.write([0xf0 | RW | flags, 0xf0 | RW | E | flags]);
    const [pins = 0] = bench.read(1);
    bench.write([0xf0 | RW | flags]);
    return pins & 0xf0;
  };
  const readByte = (bench: Bench, flags = 0) => readHalf(bench, flags) | (readHalf(bench, flags) >> 4);
  const line = (bench: Bench) => (bench.get('text') as string).split('\n')[0];

  // Table 6, "Cursor or display shift".
  it('shifts the cursor and the display to either side', async () => {
    const bench = await ready();
    print(bench, 'abc');
    send(bench, 0x02);
    send(bench, 0x14);
    print(bench, 'X');
    expect(line(bench)).toBe('aXc'.padEnd(16));
    send(bench, 0x1c);
    expect(line(bench)).toBe(' aXc'.padEnd(16));
  });

  // Table 6, "Entry mode set": I/D and S.
  it('writes backwards, and shifts the display with each character', async () => {
    const back = await ready();
    send(back, 0x04);
    send(back, 0x85);
    print(back, 'ab');
    expect(line(back)).toBe('    ba'.padEnd(16));
    const shifting = await ready();
    print(shifting, 'abc');
    send(shifting, 0x07);
    print(shifting, 'd');
    expect(line(shifting)).toBe('bcd'.padEnd(16));
    send(shifting, 0x05);
    print(shifting, 'e');
    expect(line(shifting)).toBe('abcde'.padEnd(16));
  });

  it('what is written to CGRAM changes neither the text nor its place', async () => {
    const bench = await ready();
    print(bench, 'Z');
    send(bench, 0x07);
    send(bench, 0x48);
    for (let row = 0; row < 8; row++) send(bench, 0x10 + row, RS);
    expect(line(bench)).toBe('Z'.padEnd(16));
    send(bench, 0x4a);
    expect([readByte(bench, RS), readByte(bench, RS)]).toEqual([0x12, 0x13]);
  });

  it('the address counter goes round in CGRAM, and in each of the two forms of DDRAM', async () => {
    const bench = await ready();
    const counterAfter = (address: number, forward = true) => {
      send(bench, forward ? 0x06 : 0x04);
      send(bench, address);
      send(bench, 0x20, RS);
      return readByte(bench);
    };
    expect([counterAfter(0x7f), counterAfter(0x40, false), counterAfter(0x50)]).toEqual([0x00, 0x3f, 0x11]);
    expect([
      counterAfter(0xa7),
      counterAfter(0xe7),
      counterAfter(0xc0, false),
      counterAfter(0x80, false),
    ]).toEqual([0x40, 0x00, 0x27, 0x67]);
    // One line of 80 characters.
    send(bench, 0x20);
    expect([counterAfter(0xa7), counterAfter(0xcf), counterAfter(0x80, false)]).toEqual([0x28, 0x00, 0x4f]);
  });

  it('00h is no instruction', async () => {
    const bench = await ready();
    print(bench, 'ab');
    send(bench, 0x00);
    print(bench, 'c');
    expect(line(bench)).toBe('abc'.padEnd(16));
  });

  // Table 4, ROM code A00.
  it('has three characters that are not ASCII, and dots for what a terminal may lack', async () => {
    const bench = await ready();
    print(bench, '\x5c\x7e\x7f}\x80\xff');
    expect(line(bench)).toBe('¥→←}··'.padEnd(16));
  });

  it('off, it is as wide as it is on', async () => {
    const bench = await ready();
    print(bench, 'abc');
    send(bench, 0x08);
    expect(bench.get('text')).toBe(`${' '.repeat(16)}\n${' '.repeat(16)}`);
  });

  it('the backlight is bit 3', async () => {
    const bench = await ready();
    bench.write([0x00]);
    expect(bench.get('backlight')).toBe(false);
  });

  it('takes data when E falls, and begins a read when it rises', async () => {
    const bench = await ready();
    for (const bits of [0x40, 0x10]) bench.write([bits | RS, bits | RS | E, bits | RS | E, bits | RS]);
    print(bench, 'b');
    expect(line(bench)).toBe('Ab'.padEnd(16));
    send(bench, 0x80);
    bench.write([0xf0 | RW | RS, 0xf0 | RW | RS | E, 0xf0 | RW | RS | E]);
    expect(bench.read(1)).toEqual([0x40 | RW | RS | E]);
    bench.write([0xf0 | RW | RS]);
    expect([readHalf(bench, RS), readByte(bench, RS)]).toEqual([0x10, 0x62]);
  });

  it('drives the data lines only while E is high in a read', async () => {
    const bench = await ready();
    for (const pins of [0xf0, 0xf0 | E, 0xf0, 0xf0 | RW]) {
      bench.write([pins]);
      expect(bench.read(1)).toEqual([pins]);
    }
  });

  it('begins anew with eight lines after a loss of power in the middle of a byte', async () => {
    const bench = await ready();
    half(bench, 0x40, RS);
    bench.reset();
    expect(bench.get('backlight')).toBe(true);
    for (const bits of [0x30, 0x30, 0x30, 0x20]) half(bench, bits, 0);
    for (const instruction of [0x28, 0x0c]) send(bench, instruction);
    print(bench, 'Hi');
    expect(line(bench)).toBe('Hi'.padEnd(16));
  });

  it('a snapshot has the text', async () => {
    const bench = await ready();
    print(bench, 'abc');
    const saved = bench.parts.snapshot('/i2c/part0');
    send(bench, 0x01);
    bench.parts.restore('/i2c/part0', saved);
    expect(line(bench)).toBe('abc'.padEnd(16));
  });

  it('has at least one line', async () => {
    await expect(lcd({ 'display-height-chars': 0 })).rejects.toThrow('expected 1 to 4');
    const bench = await ready({ 'display-height-chars': 1 });
    print(bench, 'abc');
    expect(bench.get('text')).toBe('abc'.padEnd(16));
  });
});
