import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Client, ResourceManager, VirtioI2cDevice, VirtioSpiDevice } from '../../../../src/backend/index.ts';
import type { I2cController, I2cMessage, SpiController, SpiTransfer } from '../../../../src/bus/index.ts';
import { REQUEST } from '../../../../src/transport/vhost-user/messages/protocol.ts';
import { featureSet, VIRTIO_F, type VirtioDevice } from '../../../../src/virtio/index.ts';
import { Late } from '../../../frontend/late.ts';
import { hostOf } from '../../../support/rig.ts';
import { PLAIN_CAPABILITIES } from '../../../support/spi.ts';
import { i2cRequest, leaks, NEGOTIATED, TestMemory, TestRing, World } from '../harness.ts';

/*
 * A guest's memory is unplugged while an adapter still works on a request that lies in it. Nothing may be written
 * there, nobody may fall over it, and who still has a ring gets an answer.
 */

const UNPLUGGED = 0x9000_0000;
const READ_BYTES = 3;
const UNTOUCHED = 0xee;
const ANSWER = 0x5a;

/** A device on a controller that answers when it is told to. */
interface Slow {
  readonly device: VirtioDevice;
  readonly features: number;
  readonly late: Late;
  /** Requests that reached the controller. */
  readonly begun: () => number;
  /** A request for so many bytes, without its writable part. */
  readonly request: (memory: TestMemory) => { addr: number; len: number }[];
}

async function slowI2c(): Promise<Slow> {
  const late = new Late();
  let begun = 0;
  const controller: I2cController = {
    description: 'slow',
    functionality: 1,
    transfer: (messages: readonly I2cMessage[]) => {
      begun++;
      return late.wait(() => {
        for (const { buf } of messages) buf.fill(ANSWER);
      });
    },
  };
  const manager = new ResourceManager();
  const bus = manager.addI2cBus('/i2c', hostOf({ i2c: controller }, false), controller);
  await manager.open();
  const device = new VirtioI2cDevice(manager, bus, new Client('guest'));
  return {
    device,
    features: NEGOTIATED,
    late,
    begun: () => begun,
    request: (memory) => i2cRequest(memory, 0x48, { read: READ_BYTES }).readable,
  };
}

async function slowSpi(): Promise<Slow> {
  const late = new Late();
  let begun = 0;
  const controller: SpiController = {
    description: 'slow',
    capabilities: PLAIN_CAPABILITIES,
    transfer: (_cs: number, _mode: number, transfers: readonly SpiTransfer[]) => {
      begun++;
      return late.wait(() => {
        for (const { rx } of transfers) rx?.fill(ANSWER);
      });
    },
    deselect() {},
  };
  const manager = new ResourceManager();
  const bus = manager.addSpiBus('/spi', hostOf({ spi: controller }, false), controller);
  await manager.open();
  const head = [0, 8, 1, ...Array<number>(29).fill(0)];
  return {
    device: new VirtioSpiDevice(manager, bus, new Client('guest')),
    features: featureSet(VIRTIO_F.VERSION_1, VIRTIO_F.PROTOCOL_FEATURES),
    late,
    begun: () => begun,
    request: (memory) => [memory.put(head)],
  };
}

const DEVICES: [string, () => Promise<Slow>][] = [
  ['I2C', slowI2c],
  ['SPI', slowSpi],
];

describe.each(DEVICES)('memory that is unplugged while a request is with an adapter: %s', (_, make) => {
  let open: string[];
  let slow: Slow;
  let world: World;
  let ring: TestRing;
  let extra: TestMemory;

  beforeEach(async () => {
    open = leaks();
    slow = await make();
    world = new World(slow.device);
    world.greet(slow.features);
    extra = new TestMemory();
    extra.bytes.fill(UNTOUCHED);
    world.send(REQUEST.ADD_MEM_REG, { kind: 'memory-region', region: region() }, [extra.file.fd]);
    ring = new TestRing(world, 0, 16, slow.features).start();
  });

  afterEach(async () => {
    await world.close();
    ring.close();
    extra.close();
    expect(leaks()).toEqual(open);
  });

  const region = () => ({ ...extra.region, guestAddress: UNPLUGGED, userAddress: 0x6000_0000_0000 });
  const unplug = () => world.send(REQUEST.REM_MEM_REG, { kind: 'memory-region', region: region() });
  const offer = (token: number, writable: { addr: number; len: number }[]) =>
    ring.offer(token, slow.request(world.memory), writable);
  const untouched = () => expect(new Set(extra.bytes)).toEqual(new Set([UNTOUCHED]));
  /** A request in the memory that is left. */
  const works = async (token: number) => {
    const room = world.memory.put(Array(READ_BYTES + 1).fill(UNTOUCHED));
    offer(token, [room]);
    await slow.late.finish();
    expect(ring.finished()).toEqual([token]);
    expect(world.memory.get(room)).toEqual([...Array(READ_BYTES).fill(ANSWER), 0]);
  };

  it('its data: the request fails, nothing is written', async () => {
    const status = world.memory.put([UNTOUCHED]);
    offer(1, [{ addr: UNPLUGGED, len: READ_BYTES }, status]);
    expect(slow.begun()).toBe(1);
    unplug();
    await slow.late.finish();
    expect(ring.finished()).toEqual([1]);
    expect(world.memory.get(status)).not.toEqual([0]);
    expect(world.memory.get(status)).not.toEqual([UNTOUCHED]);
    untouched();
    await works(2);
    expect(world.closed).toBeUndefined();
  });

  it('data and result: the request comes back, nothing is written', async () => {
    offer(1, [{ addr: UNPLUGGED, len: READ_BYTES + 1 }]);
    unplug();
    await slow.late.finish();
    expect(ring.finished()).toEqual([1]);
    untouched();
    await works(2);
    expect(world.closed).toBeUndefined();
  });

  it('by a table without it, while others wait behind it', async () => {
    offer(1, [{ addr: UNPLUGGED, len: READ_BYTES + 1 }]);
    offer(2, [{ addr: UNPLUGGED + 64, len: READ_BYTES + 1 }]);
    world.shareMemory();
    await slow.late.finish();
    await slow.late.finish();
    expect(ring.finished()).toEqual([1, 2]);
    untouched();
    await works(3);
    expect(world.closed).toBeUndefined();
  });

  it('not, but mapped anew by another table: what was read arrives', async () => {
    const regions = [world.memory.region, region()];
    const files = [world.memory.file.fd, extra.file.fd];
    offer(1, [{ addr: UNPLUGGED, len: READ_BYTES + 1 }]);
    world.send(REQUEST.SET_MEM_TABLE, { kind: 'memory-table', regions }, files);
    await slow.late.finish();
    expect(ring.finished()).toEqual([1]);
    expect([...extra.bytes.subarray(0, READ_BYTES + 2)]).toEqual([ANSWER, ANSWER, ANSWER, 0, UNTOUCHED]);
  });

  it('all of it, rings too: that ring is broken, and the adapter ends its work for nobody', async () => {
    offer(1, [{ addr: UNPLUGGED, len: READ_BYTES + 1 }]);
    unplug();
    world.send(REQUEST.REM_MEM_REG, { kind: 'memory-region', region: world.memory.region });
    await slow.late.finish();
    expect(world.trace.join('\n')).toMatch(/ring 0 is broken/);
    untouched();
    expect(world.closed).toBeUndefined();
  });
});
