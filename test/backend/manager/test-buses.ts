import { ResourceManager } from '../../../src/backend/index.ts';
import type { I2cController, I2cMessage, SpiController } from '../../../src/bus/index.ts';
import { hostOf } from '../../support/rig.ts';
import { PLAIN_CAPABILITIES, spiTransfer } from '../../support/spi.ts';

export const TRANSFER = spiTransfer({ tx: Uint8Array.of(1) });

export const to = (addr: number, flags = 0): I2cMessage => ({ addr, flags, buf: Uint8Array.of(0) });

export async function i2cBus(controller: Partial<I2cController> = {}) {
  const manager = new ResourceManager();
  const seen: number[] = [];
  const whole: I2cController = {
    description: 'test controller',
    functionality: 1,
    transfer: (messages) => void seen.push(...messages.map(({ addr }) => addr)),
    ...controller,
  };
  const bus = manager.addI2cBus('/i2c', hostOf({ i2c: whole }), whole);
  await manager.open();
  return { manager, bus, seen };
}

export async function spiBus(controller: Partial<SpiController> = {}, synchronous = true) {
  const manager = new ResourceManager();
  const whole: SpiController = {
    description: 'test controller',
    capabilities: PLAIN_CAPABILITIES,
    transfer() {},
    deselect() {},
    ...controller,
  };
  const spi = manager.addSpiBus('/spi', hostOf({ spi: whole }, synchronous), whole);
  await manager.open();
  return { manager, spi };
}
