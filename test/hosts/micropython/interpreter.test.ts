import { describe, expect, it } from 'vitest';
import { emulatedLink } from '../../../hosts/link/index.ts';
import {
  HARD_I2C_CAPABILITIES,
  MicropythonAdapter,
  type Settings,
} from '../../../hosts/micropython/index.ts';
import { I2C_M } from '../../../src/bus/index.ts';
import { spiTransfer } from '../../support/spi.ts';
import { type ControllerBench, describeControllers, faultOf } from '../controller-suite.ts';
import { ABSENT, MEMORY, RecordingWire } from '../recording-wire.ts';
import { InterpretedBoard, type PinsSeen } from './interpreter.ts';

const board = await InterpretedBoard.boot({ wire: new RecordingWire() });

const settings = (i2cId?: number): Settings => ({
  baud: 115_200,
  i2c: { id: i2cId, scl: '5', sda: '4' },
  spi: { id: undefined, sck: '2', mosi: '3', miso: '0', chipSelects: ['1'] },
  lines: ['6', '7'],
});

/** Our controller and driver, run by the interpreter. */
async function bench(i2cId?: number): Promise<ControllerBench> {
  const wire = new RecordingWire();
  board.wiring = { wire };
  const host = new MicropythonAdapter('the board', settings(i2cId), emulatedLink(board));
  await host.open();
  return {
    ...(host.i2c && { i2c: host.i2c }),
    ...(host.spi && { spi: host.spi }),
    wire,
    close: () => host.close(),
  };
}

// It runs in this process: there is nothing to pull out, and nothing that could hang alone.
const isSteady = true;
describeControllers('the driver on the MicroPython interpreter, SoftI2C', () => bench(), { isSteady });
describeControllers('the driver on the MicroPython interpreter, hardware I2C', () => bench(0), {
  i2c: HARD_I2C_CAPABILITIES,
  isSteady,
});

it('sends nothing behind a refused register, and lets go of the bus', async () => {
  const { i2c, wire, close } = await bench();
  const registerAndRead = [
    { addr: ABSENT, flags: 0, buf: Uint8Array.of(1) },
    { addr: ABSENT, flags: I2C_M.RD, buf: new Uint8Array(2) },
  ];
  expect(await faultOf(() => i2c?.transfer(registerAndRead))).toBe('ENXIO');
  expect(wire?.log).toEqual(['W33!']);
  await close();
});

describe('a bus whose SDA is held low (UM10204 3.1.16)', () => {
  const WRITE = [{ addr: MEMORY, flags: 0, buf: new Uint8Array(1) }] as const;

  /** @param pulses after so many, the part lets go */
  async function openWith(pulses: number, i2cId?: number) {
    const wire = new RecordingWire();
    const levels: string[] = [];
    let left = pulses;
    const pins: PinsSeen = {
      read: (name) => name !== '4' || left === 0,
      drive: (name, high) => {
        levels.push(`${name}=${high ? 1 : 0}`);
        if (name === '5' && high && levels.at(-2) === '5=0' && left > 0) left--;
      },
    };
    board.wiring = { wire, pins };
    const hold = (more: number): void => {
      left = more;
    };
    const host = new MicropythonAdapter('the board', settings(i2cId), emulatedLink(board));
    return { host, wire, levels, hold };
  }

  it('is clocked free, and a STOP follows', async () => {
    const { host, levels } = await openWith(3);
    await host.open();
    await host.i2c?.transfer(WRITE);
    expect(levels.join(' ')).toBe('5=1 4=1 5=0 5=1 5=0 5=1 5=0 5=1 5=0 4=0 5=1 4=1');
    await host.close();
  });

  it('that is free is left alone', async () => {
    const { host, levels } = await openWith(0);
    await host.open();
    await host.i2c?.transfer(WRITE);
    expect(levels).toEqual(['5=1', '4=1']);
    await host.close();
  });

  it('that stays low is EBUSY behind nine pulses, without a START, while SPI goes on, and works once it is free', async () => {
    const { host, wire, levels, hold } = await openWith(9 + 9);
    await host.open();
    levels.length = 0;
    expect(await faultOf(() => host.i2c?.transfer(WRITE))).toBe('EBUSY');
    expect(levels.filter((level) => level === '5=0')).toHaveLength(9);
    await host.spi?.transfer(0, 0, [spiTransfer({ tx: Uint8Array.of(1) })]);
    expect(wire.log).toEqual(['[0', '01', ']']);
    hold(0);
    await host.i2c?.transfer(WRITE);
    expect(wire.log.slice(3)).toEqual(['W50', '<00', 'P']);
    await host.close();
  });

  it('between two transfers is clocked free', async () => {
    const { host, wire, levels, hold } = await openWith(0);
    await host.open();
    await host.i2c?.transfer(WRITE);
    levels.length = 0;
    hold(2);
    await host.i2c?.transfer(WRITE);
    expect(levels.join(' ')).toBe('5=0 5=1 5=0 5=1 5=0 4=0 5=1 4=1');
    expect(wire.log).toEqual(['W50', '<00', 'P', 'W50', '<00', 'P']);
    await host.close();
  });

  it.each([
    ['acknowledged', MEMORY, ['W50', '<00', 'P']],
    ['refused', ABSENT, ['W33!']],
  ])(
    'behind a transfer that was %s is EBUSY: what was seen of it may have been the held line',
    async (_, addr, seen) => {
      const { host, wire, hold } = await openWith(0);
      await host.open();
      wire.atNextEvent(() => hold(1));
      expect(await faultOf(() => host.i2c?.transfer([{ ...WRITE[0], addr }]))).toBe('EBUSY');
      expect(wire.log).toEqual(seen);
      await host.i2c?.transfer(WRITE);
      await host.close();
    },
  );

  it('on a hardware I2C is looked at when it is opened', async () => {
    const { host, levels } = await openWith(20, 0);
    await expect(host.open()).rejects.toThrow('EBUSY: SDA is held low on the bus of the MicroPython board');
    expect(levels.filter((level) => level === '5=0')).toHaveLength(9);
  });
});

it('finds the board in any state, and leaves it at the prompt', async () => {
  board.wiring = { wire: new RecordingWire() };
  // A half line of somebody's, and a script that was not ended.
  board.feed(Buffer.from('x = [1,\r\n\x01import sys'));
  const host = new MicropythonAdapter('the board', settings(), emulatedLink(board));
  await host.open();
  expect(host.description).toMatch(/^MicroPython 1\.27\.0 \(JS with Emscripten\) on /);
  await host.close();
  expect(Buffer.from(board.feed(Buffer.from('1+1\r\n'))).toString()).toContain('2');
});

it('reads and drives pins', async () => {
  const driven: string[] = [];
  const pins: PinsSeen = {
    read: (name) => name !== '7',
    drive: (name, high) => driven.push(`${name}=${high ? 1 : 0}`),
  };
  board.wiring = { wire: new RecordingWire(), pins };
  const host = new MicropythonAdapter('the board', settings(), emulatedLink(board));
  await host.open();
  expect([await host.lines?.get(0), await host.lines?.get(1)]).toEqual([true, false]);
  driven.length = 0;
  await host.lines?.drive(0, true);
  await host.lines?.drive(0, false);
  await host.lines?.release(0);
  expect(driven).toEqual(['6=1', '6=0']);
  await host.close();
});

it('says what the board raised', async () => {
  const wrong: Settings = { ...settings(), i2c: { id: 3, scl: undefined, sda: undefined } };
  const host = new MicropythonAdapter('the board', wrong, emulatedLink(board));
  await expect(host.open()).rejects.toThrow(/EINVAL.*TypeError.*check the pins/);
});
