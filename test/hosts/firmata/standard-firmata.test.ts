import { readFileSync } from 'node:fs';
import {
  AVRIOPort,
  AVRTimer,
  AVRTWI,
  AVRUSART,
  avrInstruction,
  CPU,
  PinState,
  portBConfig,
  portCConfig,
  portDConfig,
  timer0Config,
  timer1Config,
  timer2Config,
  twiConfig,
  usart0Config,
} from 'avr8js';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { FirmataAdapter } from '../../../hosts/firmata/index.ts';
import type { LinkEvents, LinkOpener } from '../../../hosts/link/index.ts';
import type { PinLines } from '../../../hosts/pins/index.ts';
import { I2C_M } from '../../../src/bus/index.ts';
import { ABSENT, MEMORY, RecordingWire } from '../recording-wire.ts';
import { standardFirmata } from './standard-firmata-file.ts';

/** StandardFirmata itself, on an emulated ATmega328P. `DTBUS_TEST_STANDARD_FIRMATA` names another build of it for an Uno, in Intel's hex. */
const named = process.env['DTBUS_TEST_STANDARD_FIRMATA'];
const found = named === undefined ? standardFirmata() : { path: named };
if (typeof found === 'string') console.warn(`the real StandardFirmata is skipped: ${found}`);
const file = typeof found === 'string' ? '' : found.path;

const CLOCK_HZ = 16_000_000;
const FLASH_BYTES = 0x8000;
const INSTRUCTIONS_AT_ONCE = 200_000;
const DATA_RECORD = '00';

/** What an Intel hex file says is in the flash. */
function flashOf(hex: string): Uint16Array {
  const bytes = new Uint8Array(FLASH_BYTES);
  for (const line of hex.split('\n')) {
    if (line.slice(7, 9) !== DATA_RECORD) continue;
    const count = Number.parseInt(line.slice(1, 3), 16);
    bytes.set(Buffer.from(line.slice(9, 9 + 2 * count), 'hex'), Number.parseInt(line.slice(3, 7), 16));
  }
  return new Uint16Array(bytes.buffer);
}

/** An Uno with `wire` on its I2C pins; `booted` gets its pins 0 to 7. It runs while it is open, and is reset when it is opened. Timers go by its clock. */
function uno(wire: RecordingWire, booted: (pins: AVRIOPort) => void = () => {}): LinkOpener {
  const program = flashOf(readFileSync(file, 'latin1'));
  return async (events: LinkEvents) => {
    const cpu = new CPU(program);
    for (const config of [timer0Config, timer1Config, timer2Config]) new AVRTimer(cpu, config);
    for (const config of [portBConfig, portCConfig]) new AVRIOPort(cpu, config);
    booted(new AVRIOPort(cpu, portDConfig));
    const usart = new AVRUSART(cpu, usart0Config, CLOCK_HZ);
    const twi = new AVRTWI(cpu, twiConfig, CLOCK_HZ);
    const said: number[] = [];
    const heard: number[] = [];
    usart.onByteTransmit = (byte) => said.push(byte);
    twi.eventHandler = {
      start: () => {
        wire.i2c.start();
        twi.completeStart();
      },
      stop: () => {
        wire.i2c.stop();
        twi.completeStop();
      },
      connectToSlave: (address, write) =>
        twi.completeConnect(wire.i2c.writeByte((address << 1) | (write ? 0 : 1))),
      writeByte: (byte) => twi.completeWrite(wire.i2c.writeByte(byte)),
      readByte: (ack) => twi.completeRead(wire.i2c.readByte(ack)),
    };
    let isOpen = true;
    let [told, left] = [0, 0];
    const run = (): void => {
      if (!isOpen) return;
      for (let i = 0; i < INSTRUCTIONS_AT_ONCE; i++) {
        avrInstruction(cpu);
        cpu.tick();
        if (heard.length > 0 && !usart.rxBusy) usart.writeByte(heard.shift() as number);
      }
      if (said.length > 0) events.data(Uint8Array.from(said.splice(0)));
      left += ((cpu.cycles - told) / CLOCK_HZ) * 1000;
      told = cpu.cycles;
      vi.advanceTimersByTime(Math.floor(left));
      left %= 1;
      setImmediate(run);
    };
    setImmediate(run);
    return {
      name: 'an emulated Uno',
      write: (bytes) => heard.push(...bytes),
      close: async () => {
        isOpen = false;
      },
    };
  };
}

/** What our end waits for is as long as it is for the Uno, however fast that is emulated. */
function waitInTimeOfUno(): void {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  vi.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => {
    const limit = new AbortController();
    setTimeout(() => limit.abort(new DOMException('it took too long', 'TimeoutError')), ms);
    return limit.signal;
  });
  onTestFinished(() => {
    vi.restoreAllMocks();
    vi.useRealTimers();
  });
}

describe.skipIf(file === '')('the real StandardFirmata, driven by dtbus', () => {
  it('writes, reads registers, and tells an absent part', { timeout: 120_000 }, async () => {
    waitInTimeOfUno();
    const wire = new RecordingWire();
    const host = new FirmataAdapter('an emulated Uno', { chipSelects: [10] }, uno(wire));
    await host.open();
    expect(host.description).toMatch(/^StandardFirmata\S* 2\.\d+ on an emulated Uno$/);
    const write = (...bytes: number[]) => ({ addr: MEMORY, flags: 0, buf: Uint8Array.from(bytes) });
    const read = { addr: MEMORY, flags: I2C_M.RD, buf: new Uint8Array(3) };
    await host.i2c.transfer([write(0x10, 0xa5, 0xff, 0x80)]);
    expect(wire.log).toEqual(['W50', '<10', '<a5', '<ff', '<80', 'P']);
    wire.log = [];
    await host.i2c.transfer([write(0x10), read]);
    expect([...read.buf]).toEqual([0xa5, 0xff, 0x80]);
    // Versions that do not know the bit for a repeated START send STOP in between.
    const behindRegister = wire.log[2] === 'P' ? ['P'] : [];
    expect(wire.log).toEqual(['W50', '<10', ...behindRegister, 'R50', '>a5', '>ff', '>80', 'P']);
    console.info(`${host.description}: ${wire.log.join(' ')}`);
    const longest = Uint8Array.from({ length: 30 }, (_, i) => i);
    await host.i2c.transfer([{ ...write(), buf: longest }]);
    expect([...wire.memory.subarray(0, 29)]).toEqual([...longest.subarray(1)]);
    const all = { ...read, buf: new Uint8Array(29) };
    await host.i2c.transfer([write(0), all]);
    expect([...all.buf]).toEqual([...longest.subarray(1)]);
    await expect(host.i2c.transfer([{ ...read, addr: ABSENT, buf: new Uint8Array(1) }])).rejects.toThrow(
      'ENXIO',
    );
    await host.i2c.transfer([write(0x10), read]);
    expect([...read.buf]).toEqual([17, 18, 19]);
    await host.close();
  });

  it('drives pins, reads them, and tells of their edges', { timeout: 120_000 }, async () => {
    waitInTimeOfUno();
    let pins: AVRIOPort | undefined;
    const boot = (booted: AVRIOPort) => {
      pins = booted;
    };
    const openLink = uno(new RecordingWire(), boot);
    const host = new FirmataAdapter('an emulated Uno', { chipSelects: [], lines: [2, 3, 4] }, openLink);
    await host.open();
    const lines = host.lines as PinLines;
    // An input without a pull-up is high impedance; a pin that is driven says so.
    pins?.setPin(2, true);
    expect(await lines.get(0)).toBe(true);
    expect(pins?.pinState(2)).toBe(PinState.Input);
    pins?.setPin(2, false);
    expect(await lines.get(0)).toBe(false);
    await lines.drive(1, true);
    expect([2, 3, 4].map((pin) => pins?.pinState(pin))).toEqual([
      PinState.Input,
      PinState.High,
      PinState.Low,
    ]);
    await lines.drive(2, true);
    await lines.drive(1, false);
    expect([2, 3, 4].map((pin) => pins?.pinState(pin))).toEqual([
      PinState.Input,
      PinState.Low,
      PinState.High,
    ]);
    await lines.release(2);
    expect(pins?.pinState(4)).toBe(PinState.Input);
    const edges: boolean[] = [];
    lines.onEdge = ({ line, high }) => edges.push(line === 0 && high);
    await lines.watch(0, true);
    pins?.setPin(2, true);
    await vi.waitFor(() => expect(edges).toEqual([true]), { timeout: 60_000 });
    await host.close();
  });
});
