import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { i2cBus, NodeRegistry, setBoardProvider, spiDevice } from '../../../src/dev/index.ts';
import { ModelBus } from '../../cli/i2c-tools/model-bus.ts';
import { FakeSpi } from '../fake-adapters.ts';
import { callI2cBus } from './i2c-bus-calls.ts';
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
