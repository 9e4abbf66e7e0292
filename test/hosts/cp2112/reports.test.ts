import { describe, expect, it } from 'vitest';
import { Cp2112Adapter, Cp2112Emulator } from '../../../hosts/cp2112/index.ts';
import { I2C_M, type I2cMessage } from '../../../src/bus/index.ts';
import { EmulatedConnection, EmulatedPort } from '../../../src/usb/index.ts';
import { MEMORY, RecordingWire } from '../recording-wire.ts';
import { faultOf } from '../suite/controller-bench.ts';

const CLASS_INTERFACE = 0x21;
const GET_REPORT = 1;
const SET_REPORT = 9;

function chip() {
  const wire = new RecordingWire();
  const port = new EmulatedPort(new Cp2112Emulator(wire.i2c));
  const usb = new EmulatedConnection(port);
  const tell = (...report: number[]): Promise<void> => usb.out(0x01, Uint8Array.from(report));
  const read = async (): Promise<number[]> => [...(await usb.in(0x81, 64))];
  const feature = (request: number, number: number) => ({
    requestType: CLASS_INTERFACE,
    request,
    value: 0x0300 | number,
    index: 0,
  });
  const get = async (number: number) => [...(await usb.controlIn(feature(GET_REPORT, number), 64))];
  const set = (...report: number[]) =>
    usb.controlOut(feature(SET_REPORT, report[0] as number), Uint8Array.from(report));
  const adapter = new Cp2112Adapter('the adapter', async () => new EmulatedConnection(port));
  return { wire, tell, read, get, set, adapter };
}

describe('the reports of a CP2112 (AN495)', () => {
  it('tell version, configuration and pins', async () => {
    const { get, set } = chip();
    expect(await get(0x05)).toEqual([0x05, 0x0c, 0x02]);
    expect(await get(0x06)).toEqual([6, 0, 1, 0x86, 0xa0, 2, 0, 0, 0, 0, 0, 1, 0, 0]);
    await set(0x02, 0x0f, 0x0f, 0, 0);
    await set(0x04, 0x05, 0x07);
    expect(await get(0x03)).toEqual([0x03, 0xfd]);
  });

  it('write, and read back by a repeated START', async () => {
    const { tell, read, wire } = chip();
    await tell(0x14, 0xa0, 3, 0x10, 0x12, 0x34);
    await tell(0x15, 1);
    expect((await read()).slice(0, 7)).toEqual([0x16, 2, 5, 0, 0, 0, 3]);
    await tell(0x11, 0xa0, 0, 2, 1, 0x10);
    await tell(0x12, 0, 2);
    expect((await read()).slice(0, 5)).toEqual([0x13, 2, 2, 0x12, 0x34]);
    expect(wire.log).toEqual(['W50', '<10', '<12', '<34', 'P', 'W50', '<10', 'R50', '>12', '>34', 'P']);
  });

  it('bring long reads by 61 bytes', async () => {
    const { tell, read } = chip();
    await tell(0x10, 0xa0, 0, 100);
    await tell(0x12, 0, 100);
    expect((await read())[2]).toBe(61);
    await tell(0x12, 0, 39);
    expect((await read())[2]).toBe(39);
    await tell(0x12, 0, 1);
    expect((await read())[2]).toBe(0);
  });

  it('tell of a NACK and how far it went', async () => {
    const { tell, read } = chip();
    await tell(0x14, 0xa2, 3, 1, 2, 3);
    await tell(0x15, 1);
    expect((await read()).slice(0, 7)).toEqual([0x16, 3, 0, 0, 0, 0, 2]);
    await tell(0x10, 0x66, 0, 1);
    await tell(0x15, 1);
    expect((await read()).slice(0, 7)).toEqual([0x16, 3, 0, 0, 0, 0, 0]);
  });
});

describe('the controller of a CP2112', () => {
  it('sets the clock, and a limit to retries', async () => {
    const { adapter, get } = chip();
    await adapter.open();
    expect(adapter.i2c.setClockFrequency?.(400_001)).toBe(400_000);
    await adapter.i2c.transfer([{ addr: MEMORY, flags: I2C_M.RD, buf: new Uint8Array(1) }]);
    const configuration = await get(0x06);
    expect(configuration.slice(1, 5)).toEqual([0x00, 0x06, 0x1a, 0x80]);
    expect(configuration.slice(12)).toEqual([0, 1]);
  });

  it('takes sixteen bytes in front of a read, no more', async () => {
    const { adapter, wire } = chip();
    await adapter.open();
    const transfer = (length: number): I2cMessage[] => [
      { addr: MEMORY, flags: 0, buf: new Uint8Array(length) },
      { addr: MEMORY, flags: I2C_M.RD, buf: new Uint8Array(1) },
    ];
    await adapter.i2c.transfer(transfer(16));
    wire.log = [];
    expect(await faultOf(() => adapter.i2c.transfer(transfer(17)))).toBe('EMSGSIZE');
    expect(wire.log).toEqual([]);
  });
});
