import { describe, expect, it } from 'vitest';
import { I2C_M, type I2cMessage } from '../../../src/bus/index.ts';
import { MEMORY } from '../recording-wire.ts';
import { faultOf } from '../suite/controller-bench.ts';
import { chip } from './support.ts';

const READ: I2cMessage[] = [
  { addr: MEMORY, flags: 0, buf: Uint8Array.of(0x20) },
  { addr: MEMORY, flags: I2C_M.RD, buf: new Uint8Array(1) },
];
const SEEN = ['W50', '<20', 'R50', '>00', 'P'];

const START = [0x80, 0x03, 0x03, 0x80, 0x01, 0x03, 0x80, 0x00, 0x03];
/** A byte without the clock of its acknowledge bit: the part holds SDA low. */
const unfinished = (value: number) => [0x80, 0x00, 0x03, 0x11, 0, 0, value, 0x80, 0x02, 0x03];
const ACKNOWLEDGE = [0x22, 0x00];
/** Whoever had the bus lets go of both lines. */
const LEFT = [0x80, 0x03, 0x03, 0x87];

describe('a bus that somebody left in the middle of a byte (UM10204 3.1.16)', () => {
  it.each([1, 4, 9])('is clocked free by %i pulses', async (clocks) => {
    const { adapter, emulator, wire } = await chip();
    await adapter.open();
    emulator.lines?.holdSda(clocks);
    await adapter.i2c.transfer(READ);
    expect(wire.log).toEqual(SEEN);
  });

  it('that stays low is EBUSY, and works once it is free', async () => {
    const { adapter, emulator, wire } = await chip();
    await adapter.open();
    emulator.lines?.holdSda(30);
    expect(await faultOf(() => adapter.i2c.transfer(READ))).toBe('EBUSY');
    await expect(adapter.i2c.transfer(READ)).rejects.toThrow(
      'EBUSY: SDA is held low; 9 clock pulses did not free the bus: switch its parts off and on',
    );
    expect(wire.log).toEqual([]);
    emulator.lines?.holdSda(0);
    await adapter.i2c.transfer(READ);
    expect(wire.log).toEqual(SEEN);
  });

  it('gets no more pulses than it needs: nine', async () => {
    const { adapter, emulator } = await chip();
    await adapter.open();
    emulator.lines?.holdSda(10);
    expect(await faultOf(() => adapter.i2c.transfer(READ))).toBe('EBUSY');
    await adapter.i2c.transfer(READ);
  });

  it('by a part, between two transfers, is EBUSY once, and then free', async () => {
    const { adapter, emulator } = await chip();
    await adapter.open();
    await adapter.i2c.transfer(READ);
    emulator.lines?.holdSda(200);
    expect(await faultOf(() => adapter.i2c.transfer(READ))).toBe('EBUSY');
    emulator.lines?.holdSda(2);
    await adapter.i2c.transfer(READ);
  });

  it('behind an address is freed by one pulse and STOP (incomplete_address_phase)', async () => {
    const { adapter, send, wire } = await chip();
    await send(...START, ...unfinished(0xa0), ...LEFT);
    expect(wire.log).toEqual(['W50']);
    await adapter.open();
    await adapter.i2c.transfer(READ);
    expect(wire.log).toEqual(['W50', 'P', ...SEEN]);
  });

  it('behind a byte gets no further byte (incomplete_write_byte)', async () => {
    const { adapter, send, read, wire } = await chip();
    await send(...START, ...unfinished(0xa0), ...ACKNOWLEDGE, ...unfinished(0x20), ...LEFT);
    await read();
    expect(wire.log).toEqual(['W50', '<20']);
    await adapter.open();
    await adapter.i2c.transfer(READ);
    expect(wire.log).toEqual(['W50', '<20', 'P', ...SEEN]);
  });

  it('by a part that sends is read to the end of its byte', async () => {
    const { adapter, send, wire } = await chip();
    wire.memory[0x20] = 0;
    await send(...START, ...unfinished(0xa0), ...ACKNOWLEDGE, ...unfinished(0x20), ...ACKNOWLEDGE);
    await send(0x80, 0x02, 0x03, ...START, ...unfinished(0xa1), ...ACKNOWLEDGE, 0x22, 0x02, ...LEFT);
    await adapter.open();
    await adapter.i2c.transfer(READ);
    expect(wire.log).toEqual(['W50', '<20', 'R50', '>00', 'P', ...SEEN]);
  });
});
