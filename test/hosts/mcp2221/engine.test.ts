import { describe, expect, it } from 'vitest';
import { Mcp2221Adapter, Mcp2221Emulator } from '../../../hosts/mcp2221/index.ts';
import { clockOf, dividerFor } from '../../../hosts/mcp2221/protocol.ts';
import { I2C_M, type I2cMessage } from '../../../src/bus/index.ts';
import { EmulatedConnection, EmulatedPort } from '../../../src/usb/index.ts';
import { ABSENT, MEMORY, RecordingWire } from '../recording-wire.ts';
import { faultOf } from '../suite/controller-bench.ts';

function chip() {
  const wire = new RecordingWire();
  const port = new EmulatedPort(new Mcp2221Emulator(wire.i2c));
  const usb = new EmulatedConnection(port);
  /** A report as short as Linux sends it, and its answer. */
  const ask = async (...report: number[]): Promise<number[]> => {
    await usb.out(0x03, Uint8Array.from(report));
    return [...(await usb.in(0x83, 64))];
  };
  const adapter = new Mcp2221Adapter('the adapter', async () => new EmulatedConnection(port));
  return { wire, ask, usb, adapter };
}

const READ: I2cMessage[] = [
  { addr: MEMORY, flags: 0, buf: Uint8Array.of(0x20) },
  { addr: MEMORY, flags: I2C_M.RD, buf: new Uint8Array(1) },
];

describe('the reports of an MCP2221A (DS20005565, 3.1)', () => {
  it('set the clock, and tell the revision', async () => {
    const { ask } = chip();
    const answer = await ask(0x10, 0, 0, 0x20, 0x1b);
    expect([answer[0], answer[1], answer[3], answer[4], answer[8]]).toEqual([0x10, 0, 0x20, 0x1b, 0]);
    expect(Buffer.from(answer.slice(46, 50)).toString()).toBe('A612');
  });

  it('write, and read back by a repeated START', async () => {
    const { ask, wire } = chip();
    expect((await ask(0x90, 3, 0, 0xa0, 0x10, 0x12, 0x34)).slice(0, 2)).toEqual([0x90, 0]);
    expect((await ask(0x94, 1, 0, 0xa0, 0x10)).slice(0, 2)).toEqual([0x94, 0]);
    expect((await ask(0x10))[8]).toBe(0x45);
    expect((await ask(0x93, 2, 0, 0xa1)).slice(0, 2)).toEqual([0x93, 0]);
    expect((await ask(0x40)).slice(0, 6)).toEqual([0x40, 0, 0x55, 2, 0x12, 0x34]);
    expect((await ask(0x40)).slice(0, 4)).toEqual([0x40, 0x41, 0, 127]);
    expect(wire.log).toEqual(['W50', '<10', '<12', '<34', 'P', 'W50', '<10', 'R50', '>12', '>34', 'P']);
  });

  it('tell of a NACK, and refuse all until that is cancelled', async () => {
    const { ask } = chip();
    await ask(0x90, 1, 0, 0x66, 0x00);
    const status = await ask(0x10);
    expect([status[8], (status[20] as number) & 0x40]).toEqual([0x25, 0x40]);
    expect((await ask(0x91, 1, 0, 0xa1)).slice(0, 3)).toEqual([0x91, 1, 0x25]);
    expect((await ask(0x10, 0, 0x10))[2]).toBe(0x10);
    expect((await ask(0x91, 1, 0, 0xa1)).slice(0, 2)).toEqual([0x91, 0]);
  });

  it('carry a long write by 60 bytes', async () => {
    const { ask, wire } = chip();
    const data = Array.from({ length: 59 }, (_, i) => i + 1);
    await ask(0x90, 70, 0, 0xa0, 0x00, ...data);
    expect((await ask(0x10))[8]).toBe(0x43);
    await ask(0x90, 70, 0, 0xa0, ...data.slice(0, 10));
    expect((await ask(0x10))[8]).toBe(0);
    expect([...wire.memory.subarray(0, 69)]).toEqual([...data, ...data.slice(0, 10)]);
  });

  it('set pins, and say which are none', async () => {
    const { ask } = chip();
    await ask(0x60, 0, 0, 0, 0, 0, 0, 0x80, 0x08, 0x10, 0x00, 0x02);
    expect((await ask(0x51)).slice(0, 10)).toEqual([0x51, 0, 1, 1, 1, 0, 0, 0, 0xee, 0xef]);
    await ask(0x50, 0, 1, 0, 1, 0, 1, 0, 0, 0);
    expect((await ask(0x51)).slice(2, 6)).toEqual([0, 0, 0, 0]);
  });
});

describe('the controller of an MCP2221A', () => {
  it('cancels no idle chip, which before its first transfer would hang', async () => {
    const { adapter, wire } = chip();
    await adapter.open();
    await adapter.i2c.transfer(READ);
    expect(wire.log.at(-1)).toBe('P');
  });

  it('cancels what another program left', async () => {
    const { adapter, ask } = chip();
    await ask(0x90, 1, 0, 0x66, 0x00);
    await adapter.open();
    await adapter.i2c.transfer(READ);
  });

  it('resets a chip that cannot be cancelled', async () => {
    const { adapter, ask } = chip();
    await ask(0x10, 0, 0x10);
    expect((await ask(0x10))[8]).toBe(0x62);
    await adapter.open();
    expect(await faultOf(() => adapter.i2c.transfer(READ))).toBe('ENODEV');
    await adapter.open();
    await adapter.i2c.transfer(READ);
  });

  it('is free again after each refusal', async () => {
    const { adapter, ask } = chip();
    await adapter.open();
    for (const addr of [ABSENT, ABSENT])
      expect(await faultOf(() => adapter.i2c.transfer(READ.map((each) => ({ ...each, addr }))))).toBe(
        'ENXIO',
      );
    expect((await ask(0x10))[8]).toBe(0);
  });

  it.each([
    [400_000, 0x1b],
    [100_000, 0x75],
    [1_000_000, 0x1b],
    [50_000, 0xed],
  ])('divides 12 MHz for %i Hz by 0x%x and three', (hz, divider) => {
    expect(dividerFor(hz)).toBe(divider);
    expect(clockOf(divider)).toBeLessThanOrEqual(hz);
  });
});
