import { describe, expect, it } from 'vitest';
import { spiBench } from '../../sim/support.ts';

describe('MCP2515 (DS20001801)', () => {
  const mcp2515 = () => spiBench({ compatible: 'microchip,mcp2515' });
  type Bench = Awaited<ReturnType<typeof mcp2515>>;
  const read = (bench: Bench, at: number, count = 1) => bench.exchange([0x03, at], count);
  const write = (bench: Bench, at: number, ...bytes: number[]) => bench.exchange([0x02, at, ...bytes]);
  /** Takes every frame, and asks for all interrupts. */
  async function running(mode: number) {
    const bench = await mcp2515();
    write(bench, 0x60, 0x60);
    write(bench, 0x70, 0x60);
    write(bench, 0x2b, 0xff);
    write(bench, 0x0f, mode);
    return bench;
  }

  it('table 11-1: is in configuration mode after power-on and RESET, and CANSTAT follows CANCTRL', async () => {
    const bench = await mcp2515();
    expect(read(bench, 0x0e, 2)).toEqual([0x80, 0x87]);
    write(bench, 0x0f, 0x60);
    // The two stand at the end of each row.
    expect([read(bench, 0x2e, 2), bench.get('mode')]).toEqual([[0x60, 0x60], 3]);
    bench.exchange([0xc0]);
    expect(read(bench, 0x0e, 2)).toEqual([0x80, 0x87]);
  });

  it('4.5, 5.8: bit times and filters are written in configuration mode only', async () => {
    const bench = await mcp2515();
    write(bench, 0x28, 1, 2, 3);
    write(bench, 0x00, 0xaa);
    write(bench, 0x0f, 0x00);
    write(bench, 0x28, 9, 9, 9);
    write(bench, 0x00, 0x55);
    expect([read(bench, 0x28, 3), read(bench, 0x00)]).toEqual([[1, 2, 3], [0xaa]]);
  });

  it('12.10: bit modify changes the bits of its mask', async () => {
    const bench = await mcp2515();
    write(bench, 0x2b, 0xf0);
    bench.exchange([0x05, 0x2b, 0x81, 0x01]);
    expect(read(bench, 0x2b)).toEqual([0x71]);
  });

  it('sends what a request asks for, with an event; INT is low until that is cleared', async () => {
    const bench = await running(0x00);
    // 123h: SIDH 24h, SIDL 60h.
    bench.exchange([0x40, 0x24, 0x60, 0, 0, 2, 0xab, 0xcd]);
    bench.exchange([0x81]);
    expect(bench.get('sent')).toBe('123#ABCD');
    expect([read(bench, 0x2c), bench.line('INT').high]).toEqual([[0x04], false]);
    // ICOD 3: transmit buffer 0.
    expect(read(bench, 0x0e)).toEqual([0x06]);
    expect(bench.exchange([0xa0], 1)).toEqual([0x08]);
    bench.exchange([0x05, 0x2c, 0x04, 0x00]);
    expect(bench.line('INT').high).toBe(true);
  });

  it('receives a frame of either kind; its buffer is free when it was read', async () => {
    const bench = await running(0x00);
    bench.set('received', '12345678#0102');
    expect([read(bench, 0x2c), bench.exchange([0xb0], 1)]).toEqual([[0x01], [0x50]]);
    // 12345678h: SID 48Dh, EID 05678h.
    expect(bench.exchange([0x90], 7)).toEqual([0x91, 0xa8, 0x56, 0x78, 0x02, 0x01, 0x02]);
    expect([read(bench, 0x2c), bench.line('INT').high]).toEqual([[0x00], true]);
    bench.set('received', '123#R');
    expect(bench.exchange([0x90], 5)).toEqual([0x24, 0x70, 0, 0, 0]);
  });

  it('4.2.1: rolls over into its second buffer with BUKT, and tells what has no room', async () => {
    const bench = await running(0x00);
    bench.set('received', '001#');
    bench.set('received', '002#');
    // Without BUKT there is no room for the second frame.
    expect([read(bench, 0x2c), read(bench, 0x2d)]).toEqual([[0x21], [0x40]]);
    write(bench, 0x60, 0x64);
    bench.set('received', '003#');
    expect(read(bench, 0x2c)).toEqual([0x23]);
    expect(bench.exchange([0x94], 2)).toEqual([0x00, 0x60]);
  });

  it('4.5: takes what a filter and its mask let through', async () => {
    const bench = await mcp2515();
    // Mask 7F0h, filter 120h; nothing else for buffer 1, whose mask is whole and whose filters are 0.
    write(bench, 0x20, 0xfe, 0x00);
    write(bench, 0x24, 0xff, 0xe0);
    write(bench, 0x00, 0x24, 0x00);
    write(bench, 0x0f, 0x00);
    bench.set('received', '133#01');
    expect(read(bench, 0x2c)).toEqual([0x00]);
    bench.set('received', '12F#01');
    expect(read(bench, 0x2c)).toEqual([0x01]);
  });

  it('10.3: hears itself in loopback, and not the bus', async () => {
    const bench = await running(0x40);
    bench.set('received', '123#');
    expect(read(bench, 0x2c)).toEqual([0x00]);
    bench.exchange([0x40, 0x24, 0x60, 0, 0, 1, 0x77]);
    bench.exchange([0x81]);
    expect([read(bench, 0x2c), read(bench, 0x61, 6), bench.get('sent')]).toEqual([
      [0x05],
      [0x24, 0x60, 0, 0, 1, 0x77],
      '',
    ]);
  });

  it('says what a frame is written like', async () => {
    const bench = await running(0x00);
    bench.set('received', 'hello');
    expect(bench.warnings).toEqual([
      expect.stringContaining('invalid frame "hello": expected 123#0102 or 12345678#0102, in hexadecimal'),
    ]);
  });
});
