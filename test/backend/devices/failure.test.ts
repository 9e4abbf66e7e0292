import { describe, expect, it } from 'vitest';
import { Client, ResourceManager, VirtioI2cDevice, VirtioSpiDevice } from '../../../src/backend/index.ts';
import {
  BusFault,
  type HostAdapter,
  type I2cController,
  type SpiController,
} from '../../../src/bus/index.ts';
import { DTBUS_F_ERRNO, featureSet } from '../../../src/virtio/index.ts';
import { MockGuest } from '../../support/mock-guest.ts';
import { hostOf } from '../../support/rig.ts';
import { PLAIN_CAPABILITIES } from '../../support/spi.ts';

/** A read of two bytes at 0x50 (virtio 1.4, 5.16.6), and an SPI read of two bytes (5.21.6): 32 bytes of head. */
const I2C_READ = [0xa0, 0, 0, 0, 2, 0, 0, 0];
const SPI_READ = [0, 8, ...Array(30).fill(0)];

interface Scene {
  /** Undefined: the next transfer succeeds. */
  fault: BusFault | undefined;
  readonly device: VirtioI2cDevice | VirtioSpiDevice;
  /** Carries a read out. */
  run(): void;
}

function scene(kind: 'i2c' | 'spi', host: Partial<HostAdapter> = {}): Scene {
  const manager = new ResourceManager();
  const transfer = () => {
    if (it.fault !== undefined) throw it.fault;
  };
  const i2c: I2cController = { description: 'a bus', functionality: 1, transfer };
  const spi: SpiController = {
    description: 'a bus',
    capabilities: PLAIN_CAPABILITIES,
    transfer,
    deselect: () => {},
  };
  const client = new Client('a');
  const device =
    kind === 'i2c'
      ? new VirtioI2cDevice(manager, manager.addI2cBus('/b', { ...hostOf({ i2c }), ...host }, i2c), client)
      : new VirtioSpiDevice(manager, manager.addSpiBus('/b', { ...hostOf({ spi }), ...host }, spi), client);
  const guest = new MockGuest(16);
  const driver = guest.driver<number>();
  const it: Scene = {
    fault: undefined,
    device,
    run() {
      const request = guest.alloc(Uint8Array.from(kind === 'i2c' ? I2C_READ : SPI_READ));
      driver.addBuf([request], [guest.alloc(3)], 1);
      driver.kickPrepare();
      device.processQueue();
    },
  };
  manager.openSynchronous();
  device.activate([guest.device()], () => {});
  return it;
}

const REFUSED = new BusFault('EOPNOTSUPP', 'cannot choose the voltage of its pull-ups');

describe.each(['i2c', 'spi'] as const)('why the last request of a device failed: %s', (kind) => {
  it('is known to a driver that takes errnos, until one goes well', () => {
    const at = scene(kind);
    at.device.acceptFeatures(featureSet(0, DTBUS_F_ERRNO));
    expect(at.device.failure).toBeUndefined();
    at.fault = REFUSED;
    at.run();
    expect(at.device.failure).toEqual({ errno: 95, sentence: REFUSED.sentence });
    at.fault = undefined;
    at.run();
    expect(at.device.failure).toBeUndefined();
  });

  it('is forgotten by a reset: the next driver may be another', () => {
    const at = scene(kind);
    at.device.acceptFeatures(featureSet(0, DTBUS_F_ERRNO));
    at.fault = REFUSED;
    at.run();
    at.device.reset();
    expect(at.device.failure).toBeUndefined();
  });

  it('is, while its adapter is being opened, that', () => {
    const at = scene(kind, { synchronous: false, open: () => new Promise(() => {}) });
    at.device.acceptFeatures(featureSet(0, DTBUS_F_ERRNO));
    expect(at.device.failure).toBeUndefined();
    at.run();
    expect(at.device.failure).toEqual({ errno: 110, sentence: 'test host is still being opened' });
  });

  it('is not told to others', () => {
    const at = scene(kind);
    at.device.acceptFeatures(featureSet(0));
    at.fault = REFUSED;
    at.run();
    expect(at.device.failure).toBeUndefined();
  });
});
