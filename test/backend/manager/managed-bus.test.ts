import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Client, type ManagedBusOptions, ResourceManager } from '../../../src/backend/index.ts';
import { BusFault, type I2cController, type I2cMessage } from '../../../src/bus/index.ts';
import { hostOf } from '../../support/rig.ts';

const message: I2cMessage = { addr: 0x50, flags: 0, buf: new Uint8Array(4) };

describe('the deadline of a transfer', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it.each<[string, ManagedBusOptions, number | undefined, number]>([
    // Five bytes of 8 bits at 32 kHz take 1.25 ms.
    ['a second and what its bytes may take', {}, undefined, 1002],
    ['as the bus says', { timeoutMs: 50, nsPerByte: 2_000_000 }, undefined, 60],
    ['and what the adapter takes to start', { timeoutMs: 50, nsPerByte: 2_000_000 }, 7, 67],
  ])('is %s', async (_what, options, startupMs, expected) => {
    const controller: I2cController = {
      description: 'test',
      functionality: 1,
      transfer: () => new Promise(() => {}),
      ...(startupMs === undefined ? {} : { startupMs }),
    };
    const manager = new ResourceManager({ abortGraceMs: 1 });
    const bus = manager.addI2cBus('/i2c', hostOf({ i2c: controller }, false), controller, options);
    await manager.open();
    let ended: unknown;
    Promise.resolve(manager.transferI2c(new Client('a'), bus, [message])).catch((thrown) => {
      ended = thrown;
    });
    await vi.advanceTimersByTimeAsync(expected);
    expect(ended).toBeUndefined();
    await vi.advanceTimersByTimeAsync(1);
    expect(ended).toMatchObject({
      code: 'ETIMEDOUT',
      message: `ETIMEDOUT: test host did not answer within ${expected} ms`,
    });
  });
});

describe('why a transfer failed', () => {
  it('is known of the last one, by its errno', async () => {
    let fault: BusFault | undefined;
    const controller: I2cController = {
      description: 'test',
      functionality: 1,
      transfer: () => {
        if (fault !== undefined) throw fault;
      },
    };
    const manager = new ResourceManager();
    const bus = manager.addI2cBus('/i2c', hostOf({ i2c: controller }), controller);
    await manager.open();
    const transfer = () => manager.transferI2c(new Client('a'), bus, [message]);
    expect(bus.reasonOf('EIO')).toBeUndefined();
    fault = new BusFault('EIO', 'SDA is stuck low');
    expect(transfer).toThrow(fault);
    expect([bus.reasonOf('EIO'), bus.reasonOf('ENXIO')]).toEqual(['SDA is stuck low', undefined]);
    fault = undefined;
    transfer();
    expect(bus.reasonOf('EIO')).toBeUndefined();
  });

  it('is that the adapter is still being opened, where it is', () => {
    const controller: I2cController = { description: 'test', functionality: 1, transfer() {} };
    const host = { ...hostOf({ i2c: controller }, false), open: () => new Promise<void>(() => {}) };
    const manager = new ResourceManager();
    const bus = manager.addI2cBus('/i2c', host, controller);
    expect(bus.reasonOf('ETIMEDOUT')).toBeUndefined();
    void manager.open();
    expect([bus.reasonOf('ETIMEDOUT'), bus.reasonOf('EIO')]).toEqual([
      'test host is still being opened',
      undefined,
    ]);
  });
});
