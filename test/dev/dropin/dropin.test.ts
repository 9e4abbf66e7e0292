import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { openBoard } from '../../../src/board/index.ts';
import { i2cBus, NodeRegistry, onoff, setBoardProvider, spiDevice } from '../../../src/dev/index.ts';
import { ModelBus } from '../../cli/i2c-tools/model-bus.ts';
import { FakeSpi } from '../fake-adapters.ts';
import { callI2cBus } from './i2c-bus-calls.ts';
import { callOnoff } from './onoff-calls.ts';
import { callSpiDevice } from './spi-device-calls.ts';
import type { Entry } from './transcript.ts';

function recorded(name: string): Entry[] {
  const lines = readFileSync(new URL(`${name}.jsonl`, import.meta.url), 'utf8')
    .trimEnd()
    .split('\n');
  return lines.map((line) => JSON.parse(line) as Entry);
}

function setUp(): void {
  const nodes = new NodeRegistry();
  nodes.addI2c(new ModelBus(1), { isBound: ModelBus.isBound });
  nodes.addSpi(new FakeSpi(0), 0);
  setBoardProvider(() => nodes);
}

afterEach(() => setBoardProvider(undefined));

/** As JSON has it, so that it can be compared with what was read from a file. */
const plain = (entries: readonly Entry[]): Entry[] => JSON.parse(JSON.stringify(entries)) as Entry[];

describe('the drop-in for i2c-bus', () => {
  it('does what i2c-bus 5.2.3 does, call by call', async () => {
    setUp();
    const { entries } = await callI2cBus(i2cBus);
    expect(plain(entries)).toEqual(recorded('i2c-bus'));
  });
});

describe('the drop-in for spi-device', () => {
  it('does what spi-device 3.1.2 does, call by call', async () => {
    setUp();
    const { entries } = await callSpiDevice(spiDevice);
    expect(plain(entries)).toEqual(recorded('spi-device'));
  });
});

describe('the drop-in for onoff', () => {
  it('says which lines the board has where a number is none of them', async () => {
    const board = await openBoard(fileURLToPath(new URL('lines.dts', import.meta.url)));
    try {
      const chip = await board.gpio();
      setBoardProvider(() => ({ open: (path) => board.nodes.open(path), gpioChips: () => [chip] }));
      let thrown: unknown;
      try {
        new onoff.Gpio(17, 'in');
      } catch (error) {
        thrown = error;
      }
      expect(thrown).toMatchObject({ code: 'EINVAL', message: 'EINVAL: invalid argument, write' });
      expect(String((thrown as Error).cause)).toContain(
        'not found: GPIO 17; the board has GPIO 0 to 7, by ngpios of its controllers',
      );
    } finally {
      await board.close();
    }
  });

  it('takes the number that newer kernels have for a line, which is the same line', async () => {
    const board = await openBoard(fileURLToPath(new URL('lines.dts', import.meta.url)));
    try {
      const chip = await board.gpio();
      setBoardProvider(() => ({ open: (path) => board.nodes.open(path), gpioChips: () => [chip] }));
      const gpio = new onoff.Gpio(512 + 7, 'out');
      gpio.writeSync(1);
      expect(board.line('/gpio', 7).get()).toBe(true);
      expect(new onoff.Gpio(7, 'out', { reconfigureDirection: false }).readSync()).toBe(1);
      expect(() => new onoff.Gpio(512 + 8, 'in')).toThrow('EINVAL: invalid argument, write');
      expect(() => new onoff.Gpio(511, 'in')).toThrow('EINVAL: invalid argument, write');
      gpio.unexport();
    } finally {
      await board.close();
    }
  });

  // Interrupts are waited for by the clock, so a machine that stands still for a moment may miss one.
  it('does what onoff 6.0.3 does on Linux, call by call', { retry: 2, timeout: 60_000 }, async () => {
    const board = await openBoard(fileURLToPath(new URL('lines.dts', import.meta.url)));
    try {
      const chip = await board.gpio();
      setBoardProvider(() => ({ open: (path) => board.nodes.open(path), gpioChips: () => [chip] }));
      const drive = (line: number, high: boolean) => board.line('/gpio', line).set(high);
      const { entries } = await callOnoff(onoff, { base: 0, drive });
      expect(plain(entries)).toEqual(recorded('onoff'));
    } finally {
      await board.close();
    }
  });
});
