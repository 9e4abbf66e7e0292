import { Client, ResourceManager, VirtioI2cDevice, VirtioSpiDevice } from '../../src/backend/index.ts';
import type { HostAdapter, I2cController, SpiController } from '../../src/bus/index.ts';
import {
  i2cDriver,
  spiDriver,
  VirtioBus,
  type VirtioI2cDriver,
  type VirtioSpiDriver,
} from '../../src/frontend/index.ts';
import { LocalDevices, LocalFrontEnd, registerBytes } from '../../src/transport/index.ts';
import { DmaAllocator, GuestMemory, type VirtioDevice } from '../../src/virtio/index.ts';
import { node } from './node.ts';

type Driver = Parameters<VirtioBus['register']>[0];

export const MEMORY_BYTES = 1 << 20;

/** A host that carries what it is given, always open, answering at once or later as its controller does. */
export function hostOf(buses: { i2c?: I2cController; spi?: SpiController }, synchronous = true): HostAdapter {
  return { description: 'test host', synchronous, ...buses, open() {}, close() {} };
}

/** Both ends of one device in this thread, with nothing between them but the ring. */
export interface Rig<Bound> {
  readonly adapter: Bound;
  readonly bus: VirtioBus;
  readonly backEnd: LocalDevices;
  readonly manager: ResourceManager;
  readonly client: Client;
  readonly memory: GuestMemory;
  readonly dma: DmaAllocator;
  readonly transport: LocalFrontEnd;
}

/** A device and the driver that its compatible finds, in this thread. @returns what keeps the driver from it as `fault` */
export function bindDriver<Bound>(device: VirtioDevice, compatible: string, ...drivers: readonly Driver[]) {
  const buffer = new SharedArrayBuffer(MEMORY_BYTES);
  const memory = GuestMemory.over(buffer);
  const dma = new DmaAllocator(0x1000, MEMORY_BYTES - 0x1000);
  const registers = new SharedArrayBuffer(registerBytes(1));
  const backEnd = new LocalDevices(memory, registers, [device]);
  const transport = new LocalFrontEnd(memory, registers, 0, () => backEnd.serveInline());
  const bus = new VirtioBus();
  for (const driver of [i2cDriver, spiDriver, ...drivers]) bus.register(driver);
  const handle = bus.add({ node: node('bus'), compatible: [compatible], number: 0, transport, dma });
  const fault = bus.listing()[0]?.fault;
  return { adapter: bus.bound(handle) as Bound, fault, bus, backEnd, memory, dma, transport };
}

async function rig<Bound>(
  makeDevice: (manager: ResourceManager, client: Client) => VirtioDevice,
  compatible: string,
): Promise<Rig<Bound>> {
  const manager = new ResourceManager({ reopenIntervalMs: 0, abortGraceMs: 20 });
  const client = new Client('test');
  const device = makeDevice(manager, client);
  await manager.open();
  const { fault, adapter, ...ends } = bindDriver<Bound>(device, compatible);
  if (fault !== undefined) throw new Error(fault);
  return { ...ends, adapter, manager, client };
}

/**
 * An I2C adapter whose requests go over a ring to `controller`.
 * @param offered the device's own feature bits, in the place of all that ours has
 */
export function i2cRig(
  controller: I2cController,
  host = hostOf({ i2c: controller }),
  offered?: number,
): Promise<Rig<VirtioI2cDriver>> {
  return rig((manager, client) => {
    const bus = manager.addI2cBus('/bus', host, controller, { timeoutMs: 50 });
    const device = new VirtioI2cDevice(manager, bus, client);
    if (offered !== undefined) Object.defineProperty(device, 'features', { value: offered });
    return device;
  }, 'platform,virtio-i2c');
}

/** An SPI adapter whose requests go over a ring to `controller`. */
export function spiRig(
  controller: SpiController,
  host = hostOf({ spi: controller }),
): Promise<Rig<VirtioSpiDriver>> {
  return rig(
    (manager, client) =>
      new VirtioSpiDevice(manager, manager.addSpiBus('/bus', host, controller, { timeoutMs: 50 }), client),
    'platform,virtio-spi',
  );
}
