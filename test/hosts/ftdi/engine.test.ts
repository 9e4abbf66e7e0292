import { describe, expect, it } from 'vitest';
import { FLASH_ID } from '../recording-wire.ts';
import { chip } from './support.ts';

const STATUS = [0x32, 0x60];

describe('packets of an FT232H', () => {
  it('begin with the status, also empty ones, which come after the latency', async () => {
    const { read } = await chip();
    expect(await read()).toEqual(STATUS);
  });

  it('answer a command that the engine does not know', async () => {
    const { send, read } = await chip();
    await send(0xab, 0x90, 0x87);
    expect(await read()).toEqual([...STATUS, 0xfa, 0xab, 0xfa, 0x90]);
  });

  it('come after the latency where nobody asked for them at once', async () => {
    const { send, read } = await chip();
    await send(0x81);
    expect(await read()).toHaveLength(3);
  });

  it('have the status each, in a long answer', async () => {
    const { send, read, wire } = await chip();
    const select = [0x80, 0x08, 0x0b, 0x80, 0x00, 0x0b];
    await send(...select, 0x11, 3, 0, 3, 0, 0, 0, 0x20, 0xdb, 0x05, 0x80, 0x08, 0x0b, 0x87);
    const answer = await read(1536);
    expect(answer).toHaveLength(1500 + 3 * 2);
    expect([512, 1024].map((at) => answer.slice(at, at + 2))).toEqual([STATUS, STATUS]);
    const data = [...answer.slice(2, 512), ...answer.slice(514, 1024), ...answer.slice(1026)];
    expect(data).toEqual([...wire.flash.subarray(0, 1500)]);
  });

  it('are forgotten with a purge, and the engine with its mode', async () => {
    const { send, read, request } = await chip();
    await send(0xab);
    await request(0x00, 1);
    expect(await read()).toEqual(STATUS);
    await request(0x0b, 0);
    await send(0xab);
    expect(await read()).toEqual(STATUS);
  });
});

describe('the engine (AN_108)', () => {
  it('reads the identity of a flash as flashrom does', async () => {
    const { send, read, wire } = await chip();
    await send(0x8a, 0x86, 0x01, 0x00, 0x85, 0x80, 0x08, 0x0b);
    await send(0x80, 0x00, 0x0b, 0x11, 0x00, 0x00, 0x9f, 0x20, 0x02, 0x00, 0x80, 0x08, 0x0b);
    expect(await read()).toEqual([...STATUS, ...FLASH_ID]);
    expect(wire.log[0]).toBe('[0');
    expect(wire.log.at(-1)).toBe(']');
  });

  it.each([
    ['0', 0x08, 0x31],
    ['1', 0x08, 0x34],
    ['2', 0x09, 0x34],
    ['3', 0x09, 0x31],
  ])('makes SPI mode %s of the idle clock and the edges', async (mode, idle, command) => {
    const { send, read, wire } = await chip();
    await send(0x80, idle, 0x0b, 0x80, idle & 1, 0x0b, command, 0, 0, 0x9f, 0x80, idle, 0x0b, 0x87);
    expect(await read()).toHaveLength(3);
    expect(wire.log).toEqual([`[${mode}`, '9f', ']']);
  });

  it('takes commands in pieces', async () => {
    const { send, read } = await chip();
    for (const byte of [0x80, 0x08, 0x0b, 0x80, 0x00, 0x0b, 0x31, 0x01, 0x00, 0x9f, 0x00, 0x87])
      await send(byte);
    expect(await read()).toEqual([...STATUS, 0x60, 0xef]);
  });

  it('reads pins: outputs as they are driven, inputs pulled up', async () => {
    const { send, read } = await chip();
    await send(0x80, 0x50, 0xf0, 0x82, 0x01, 0x03, 0x81, 0x83, 0x87);
    expect(await read()).toEqual([...STATUS, 0x5f, 0xfd]);
  });

  it('hears itself in loopback, bits in the order that is asked for', async () => {
    const { send, read } = await chip();
    await send(
      0x80,
      0x08,
      0x0b,
      0x84,
      0x31,
      0,
      0,
      0xa5,
      0x39,
      0,
      0,
      0x35,
      0x33,
      3,
      0xa0,
      0x3b,
      3,
      0x05,
      0x87,
    );
    expect(await read()).toEqual([...STATUS, 0xa5, 0x35, 0x0a, 0x50]);
  });

  it('makes I2C of bits, as pyftdi does', async () => {
    const { send, read, wire } = await chip();
    const start = [0x80, 0x03, 0x03, 0x80, 0x01, 0x03, 0x80, 0x00, 0x03];
    const stop = [0x80, 0x00, 0x03, 0x80, 0x01, 0x03, 0x80, 0x03, 0x03];
    const byte = (value: number) => [0x11, 0, 0, value, 0x80, 0x02, 0x03, 0x22, 0x00];
    wire.memory.set([0x12, 0x34], 0x20);
    await send(0x8a, 0x86, 0x3b, 0x00, 0x8c, 0x9e, 0x07, 0x00, ...start, ...byte(0xa0), ...byte(0x20));
    await send(0x80, 0x02, 0x03, ...start, ...byte(0xa1), 0x20, 0, 0, 0x13, 0x00, 0x00, 0x80, 0x02, 0x03);
    await send(0x20, 0, 0, 0x13, 0x00, 0xff, ...stop, ...start, ...byte(0x66), ...stop, 0x87);
    const [, , ...answers] = await read();
    expect(answers.map((answer, i) => (i === 3 || i === 4 ? answer : answer & 1))).toEqual([
      0, 0, 0, 0x12, 0x34, 1,
    ]);
    expect(wire.log).toEqual(['W50', '<20', 'R50', '>12', '>34', 'P', 'W33!']);
  });
});
