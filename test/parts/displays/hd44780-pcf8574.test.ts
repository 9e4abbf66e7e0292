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
});
