import { describe, expect, it } from 'vitest';
import { Ft260Adapter, Ft260Emulator } from '../../../hosts/ft260/index.ts';
import { I2C_M } from '../../../src/bus/index.ts';
import { EmulatedConnection, EmulatedPort } from '../../../src/usb/index.ts';
import { ABSENT, MEMORY, PICKY, RecordingWire } from '../recording-wire.ts';
import { faultOf } from '../suite/controller-bench.ts';

const CLASS_INTERFACE = 0x21;
const GET_REPORT = 1;
const SET_REPORT = 9;

function chip() {
  const wire = new RecordingWire();
  const port = new EmulatedPort(new Ft260Emulator(wire.i2c));
  const usb = new EmulatedConnection(port);
  const feature = (request: number, number: number) => ({
    requestType: CLASS_INTERFACE,
    request,
    value: 0x0300 | number,
    index: 0,
  });
  return {
    wire,
    tell: (...report: number[]) => usb.out(0x02, Uint8Array.from(report)),
    read: async () => [...(await usb.in(0x81, 64))],
    get: async (number: number) => [...(await usb.controlIn(feature(GET_REPORT, number), 64))],
    set: (...report: number[]) =>
      usb.controlOut(feature(SET_REPORT, report[0] as number), Uint8Array.from(report)),
    adapter: new Ft260Adapter('the adapter', async () => new EmulatedConnection(port)),
  };
}

describe('the reports of an FT260 (AN_394)', () => {
  it('tell the chip, its mode and its clock', async () => {
    const { get, set } = chip();
    expect(await get(0xa0)).toEqual([0xa0, 0x02, 0x60, ...new Array(10).fill(0)]);
    const system = await get(0xa1);
    expect([system.length, ...system.slice(0, 2)]).toEqual([25, 0xa1, 1]);
    await set(0xa1, 0x22, 0x90, 0x01);
    expect(await get(0xc0)).toEqual([0xc0, 0x20, 0x90, 0x01, 0]);
  });

  it('keep the bus between a write without STOP and the read behind it', async () => {
    const { tell, read, get, wire } = chip();
    wire.memory.set([0x12, 0x34], 0x10);
    await tell(0xd0, 0x50, 0x02, 1, 0x10);
    expect((await get(0xc0))[1]).toBe(0x60);
    await tell(0xc2, 0x50, 0x07, 2, 0);
    expect((await read()).slice(0, 4)).toEqual([0xd0, 2, 0x12, 0x34]);
    expect((await get(0xc0))[1]).toBe(0x20);
    expect(wire.log).toEqual(['W50', '<10', 'R50', '>12', '>34', 'P']);
  });

  it('tell of a refused address, and of a refused byte', async () => {
    const { tell, read, get } = chip();
    await tell(0xc2, ABSENT, 0x06, 1, 0);
    expect((await read()).slice(0, 3)).toEqual([0xd0, 1, 0xff]);
    expect((await get(0xc0))[1]).toBe(0x26);
    await tell(0xd0, PICKY, 0x06, 3, 1, 2, 3);
    expect((await get(0xc0))[1]).toBe(0x2a);
  });
});

describe('the controller of an FT260', () => {
  it('reads the first report alone: there the chip tells of a NACK', async () => {
    const { adapter, wire } = chip();
    await adapter.open();
    expect(
      await faultOf(() => adapter.transfer([{ addr: ABSENT, flags: I2C_M.RD, buf: new Uint8Array(200) }])),
    ).toBe('ENXIO');
    expect(wire.log).toEqual(['R33!']);
    expect(await faultOf(() => adapter.transfer([{ addr: PICKY, flags: 0, buf: new Uint8Array(3) }]))).toBe(
      'EREMOTEIO',
    );
    await adapter.close();
  });

  it('switches I2C on where another program switched it off, and ends what that left', async () => {
    const { adapter, wire, set, tell } = chip();
    await tell(0xd0, MEMORY, 0x02, 1, 0x10);
    await set(0xa1, 0x02, 0);
    await adapter.open();
    await adapter.transfer([{ addr: MEMORY, flags: I2C_M.RD, buf: new Uint8Array(1) }]);
    expect(wire.log).toEqual(['W50', '<10', 'P', 'R50', '>00', 'P']);
    await adapter.close();
  });
});
