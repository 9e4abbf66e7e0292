import { describe, expect, it } from 'vitest';
import type { VirtioDeviceHandle } from '../../src/frontend/index.ts';
import { bestMatch } from '../../src/frontend/match.ts';
import { type BoundDriver, VirtioBus, type VirtioDriver } from '../../src/frontend/virtio-bus.ts';
import { DmaAllocator, GuestMemory, type VirtioTransport } from '../../src/virtio/index.ts';
import { node } from '../support/node.ts';

describe('match by compatible', () => {
  const general = { name: 'general', compatible: ['acme,bus', 'acme,bus-v2'] };
  const special = { name: 'special', compatible: ['acme,bus-v3'] };

  it("prefers what is earlier in the node's list, whatever the order of drivers", () => {
    expect(bestMatch(['acme,bus-v3', 'acme,bus'], [general, special])).toBe(special);
    expect(bestMatch(['acme,bus-v3', 'acme,bus'], [special, general])).toBe(special);
    expect(bestMatch(['acme,bus', 'acme,bus-v3'], [special, general])).toBe(general);
  });

  it('takes the first registered of equals', () => {
    const twin = { name: 'twin', compatible: ['acme,bus-v2'] };
    expect(bestMatch(['acme,bus-v2'], [general, twin])).toBe(general);
    expect(bestMatch(['acme,bus-v2'], [twin, general])).toBe(twin);
  });

  it('finds nothing where nothing fits', () => {
    expect(bestMatch(['other,bus'], [general, special])).toBeUndefined();
    expect(bestMatch([], [general])).toBeUndefined();
  });
});

/** A device without a queue whose status register works. */
function device(deviceId: number): VirtioTransport & { readonly statuses: number[] } {
  const statuses: number[] = [];
  let status = 0;
  return {
    statuses,
    memory: GuestMemory.over(new SharedArrayBuffer(4096)),
    deviceId,
    gone: false,
    deviceFeatures: () => 2 ** 32,
    setDriverFeatures() {},
    status: () => status,
    setStatus(value) {
      status = value;
      statuses.push(value);
    },
    maxQueueSize: () => 0,
    readConfig: () => new Uint8Array(0),
    setupQueue() {},
    notify() {},
    calls: () => 0,
    waitSync() {},
    wait: () => Promise.resolve(),
    close() {},
  };
}

/** A driver that only notes what is done with it. */
function driver(name: string, compatible: string[], log: string[], probe?: () => void): VirtioDriver {
  const bound: BoundDriver = {
    remove: () => void log.push(`${name} remove`),
    freeze: () => void log.push(`${name} freeze`),
    restore: () => void log.push(`${name} restore`),
  };
  return {
    name,
    compatible,
    deviceId: 34,
    probe(handle: VirtioDeviceHandle) {
      log.push(`${name} probe ${handle.name}`);
      probe?.();
      handle.negotiate(0);
      return bound;
    },
  };
}

function describeDevice(compatible: string[], transport: VirtioTransport) {
  return { node: node('i2c'), compatible, number: 1, transport, dma: new DmaAllocator(0, 4096) };
}

describe('the virtio bus', () => {
  it('brings devices and drivers together, whichever comes first', () => {
    const log: string[] = [];
    const bus = new VirtioBus();
    bus.add(describeDevice(['acme,i2c'], device(34)));
    expect(bus.listing()[0]?.driver).toBeUndefined();
    bus.register(driver('acme', ['acme,i2c'], log));
    bus.add(describeDevice(['acme,i2c'], device(34)));
    expect(log).toEqual(['acme probe virtio0', 'acme probe virtio1']);
    expect(bus.listing().map(({ driver: name }) => name)).toEqual(['acme', 'acme']);
  });

  it('takes the device through the steps of 3.1.1', () => {
    const transport = device(34);
    const bus = new VirtioBus();
    bus.register(driver('acme', ['acme,i2c'], []));
    bus.add(describeDevice(['acme,i2c'], transport));
    // Reset, ACKNOWLEDGE, DRIVER, FEATURES_OK, DRIVER_OK.
    expect(transport.statuses).toEqual([0, 1, 3, 11, 15]);
  });

  it('leaves a device whose virtio id is another alone', () => {
    const log: string[] = [];
    const bus = new VirtioBus();
    bus.register(driver('acme', ['acme,i2c'], log));
    bus.add(describeDevice(['acme,i2c'], device(45)));
    expect(log).toEqual([]);
  });

  it('marks a device FAILED when its probe fails, and says why', () => {
    const transport = device(34);
    const bus = new VirtioBus();
    bus.register(
      driver('acme', ['acme,i2c'], [], () => {
        throw new Error('out of luck');
      }),
    );
    bus.add(describeDevice(['acme,i2c'], transport));
    expect(bus.listing()[0]).toMatchObject({ driver: undefined, fault: 'out of luck' });
    expect(transport.status() & 128).toBe(128);
  });

  it('hands the devices of an unregistered driver to the next that fits', () => {
    const log: string[] = [];
    const bus = new VirtioBus();
    const first = driver('first', ['acme,i2c'], log);
    bus.register(first);
    bus.register(driver('second', ['acme,i2c'], log));
    bus.add(describeDevice(['acme,i2c'], device(34)));
    bus.unregister(first);
    expect(log).toEqual(['first probe virtio0', 'first remove', 'second probe virtio0']);
  });

  it('resets before it freezes and probes no second time on restore', () => {
    const log: string[] = [];
    const transport = device(34);
    const bus = new VirtioBus();
    bus.register(driver('acme', ['acme,i2c'], log));
    const handle = bus.add(describeDevice(['acme,i2c'], transport));
    bus.freeze();
    expect(transport.status()).toBe(0);
    bus.restore();
    bus.remove(handle);
    expect(log).toEqual(['acme probe virtio0', 'acme freeze', 'acme restore', 'acme remove']);
    expect(bus.listing()).toEqual([]);
  });

  it('goes on with the other devices where one cannot be set up again, and says why', () => {
    const log: string[] = [];
    const bus = new VirtioBus();
    const broken = driver('broken', ['acme,broken'], log);
    bus.register({
      ...broken,
      probe: (handle) => ({
        ...broken.probe(handle),
        restore() {
          throw new Error('the device has no queue 0');
        },
      }),
    });
    bus.register(driver('acme', ['acme,i2c'], log));
    const failing = device(34);
    bus.add(describeDevice(['acme,broken'], failing));
    bus.add(describeDevice(['acme,i2c'], device(34)));
    bus.freeze();
    log.length = 0;
    bus.restore();
    expect(log).toEqual(['broken remove', 'acme restore']);
    // 2.1: FAILED.
    expect(failing.status() & 128).toBe(128);
    expect(bus.listing().map(({ driver: name, fault }) => [name, fault])).toEqual([
      [undefined, 'the device has no queue 0'],
      ['acme', undefined],
    ]);
  });
});
