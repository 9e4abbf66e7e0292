import { describe, expect, it } from 'vitest';
import { gpioDriver, type VirtioGpioDriver } from '../../src/frontend/gpio.ts';
import type { DescriptorChain, DeviceQueue, VirtioDevice } from '../../src/virtio/index.ts';
import { bindDriver } from '../support/rig.ts';

/** virtio 1.4, 5.18.4: three lines, eleven bytes of names. */
const CONFIG = Uint8Array.of(3, 0, 0, 0, 11, 0, 0, 0);
const NAMES = [0, ...Buffer.from('in\0\0button\0')];

/** A device that notes the bytes of every request, and answers what it is told to. */
class ScriptedDevice implements VirtioDevice {
  readonly deviceId = 41;
  readonly features: number;
  readonly queueCount = 2;
  readonly config = CONFIG;
  readonly busy = false;
  readonly requests: number[][] = [];
  readonly events: number[][] = [];
  answer: readonly number[] = [0, 0];
  #queues: readonly DeviceQueue[] = [];
  #pairs: DescriptorChain[] = [];
  #notify: (queue: number) => void = () => {};

  constructor(features = 1) {
    this.features = features;
  }

  acceptFeatures = () => true;

  activate(queues: readonly DeviceQueue[], notify: (queue: number) => void): void {
    this.#queues = queues;
    this.#notify = notify;
  }

  reset(): void {
    this.#queues = [];
    this.#pairs = [];
  }

  processQueue(index: number): number {
    const queue = this.#queues[index] as DeviceQueue;
    for (let chain = queue.pop(); chain !== undefined; chain = queue.pop()) {
      const bytes = [...chain.readable.take(chain.readable.remaining)];
      if (index === 1) {
        this.events.push([...bytes, chain.writable.length]);
        this.#pairs.push(chain);
        continue;
      }
      this.requests.push([...bytes, chain.writable.length]);
      const answer = bytes[0] === 1 ? NAMES : this.answer;
      chain.writable.write(Uint8Array.from(answer));
      queue.pushUsed(chain, answer.length);
      // Disabled: the pair of buffers goes back as invalid.
      if (bytes[0] === 6 && bytes[4] === 0) this.event(0);
    }
    this.#notify(index);
    return Number.POSITIVE_INFINITY;
  }

  event(status: number): void {
    for (const chain of this.#pairs.splice(0)) {
      chain.writable.writeU8(status);
      this.#queues[1]?.pushUsed(chain, 1);
    }
    this.#notify(1);
  }
}

function drive(device = new ScriptedDevice()) {
  const { adapter, bus, backEnd } = bindDriver<VirtioGpioDriver>(device, 'platform,virtio-gpio', gpioDriver);
  return { device, bus, backEnd, chip: adapter };
}

describe('5.18.6 messages of the driver, byte for byte', () => {
  it('are le16 type, le16 line, le32 value, with room for two bytes', () => {
    const { device, chip } = drive();
    device.answer = [0, 1];
    expect([chip.get(2), chip.direction(0x102)]).toEqual([true, 'out']);
    chip.set(1, true);
    chip.setDirection(1, 'out');
    chip.setDirection(1, 'in');
    chip.setDirection(1, 'none');
    expect(device.requests).toEqual([
      [4, 0, 2, 0, 0, 0, 0, 0, 2],
      [2, 0, 2, 1, 0, 0, 0, 0, 2],
      [5, 0, 1, 0, 1, 0, 0, 0, 2],
      [3, 0, 1, 0, 1, 0, 0, 0, 2],
      [3, 0, 1, 0, 2, 0, 0, 0, 2],
      [3, 0, 1, 0, 0, 0, 0, 0, 2],
    ]);
  });

  it('fetch the names once, with room for them', () => {
    const { device, chip } = drive();
    expect([chip.names, chip.names, chip.lineCount]).toEqual([['in', '', 'button'], ['in', '', 'button'], 3]);
    expect(device.requests).toEqual([[1, 0, 0, 0, 0, 0, 0, 0, 12]]);
  });

  it('are EINVAL where the device refuses, and where there can be no such line', () => {
    const { device, chip } = drive();
    device.answer = [1, 0];
    expect(() => chip.get(0)).toThrowError(expect.objectContaining({ code: 'EINVAL' }));
    device.requests.length = 0;
    for (const line of [-1, 0.5, 0x10000]) {
      expect(() => chip.get(line)).toThrowError(expect.objectContaining({ code: 'EINVAL' }));
    }
    expect(device.requests).toEqual([]);
  });

  it('read direction 0 and 2', () => {
    const { device, chip } = drive();
    expect(chip.direction(0)).toBe('none');
    device.answer = [0, 2];
    expect(chip.direction(0)).toBe('in');
  });
});

describe('5.18.7 interrupts of the driver', () => {
  it('are enabled first, then unmasked by one pair of buffers', async () => {
    const { device, chip } = drive();
    const edge = chip.waitEdge(2, 'rising');
    expect(device.requests).toEqual([[6, 0, 2, 0, 1, 0, 0, 0, 2]]);
    expect(device.events).toEqual([[2, 0, 1]]);
    device.event(1);
    expect(await edge).toBe(true);
  });

  it('stay enabled for the next wait, and are disabled before another type', async () => {
    const { device, chip } = drive();
    for (const edge of ['falling', 'falling', 'both'] as const) {
      const waiting = chip.waitEdge(0, edge);
      device.event(1);
      await waiting;
    }
    expect(device.requests.map(([type, , , , value]) => [type, value])).toEqual([
      [6, 2],
      [6, 0],
      [6, 3],
    ]);
    expect(device.events).toHaveLength(3);
  });

  it('are disabled when the time is up, and when the line is used otherwise', async () => {
    const { device, chip } = drive();
    expect(await chip.waitEdge(0, 'falling', 1)).toBe(false);
    expect(device.requests.at(-1)).toEqual([6, 0, 0, 0, 0, 0, 0, 0, 2]);
    for (const direction of ['out', 'none'] as const) {
      const waiting = chip.waitEdge(0, 'falling');
      chip.setDirection(0, direction);
      expect(await waiting).toBe(false);
      expect(device.requests.slice(-2).map(([type, , , , value]) => [type, value])).toEqual([
        [6, 0],
        [3, direction === 'out' ? 1 : 0],
      ]);
    }
  });

  it('end with the device', async () => {
    const { bus, chip } = drive();
    const waiting = chip.waitEdge(0, 'falling', 50);
    bus.removeAll();
    await expect(waiting).rejects.toMatchObject({ code: 'ENODEV' });
    expect(() => chip.get(0)).toThrowError(expect.objectContaining({ code: 'ENODEV' }));
  });

  it('are needed: a device without F_IRQ is not driven', () => {
    const { bus } = drive(new ScriptedDevice(0));
    expect(bus.listing()[0]).toMatchObject({ driver: undefined, fault: expect.stringContaining('bit 0') });
  });
});
