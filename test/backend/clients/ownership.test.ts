import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  Client,
  type ManagedI2cBus,
  ResourceManager,
  VirtioI2cDevice,
  VirtioSpiDevice,
} from '../../../src/backend/index.ts';
import { ERRNO, I2C_M, type I2cController, type SpiController } from '../../../src/bus/index.ts';
import {
  type DmaBuffer,
  type DriverQueue,
  DTBUS_F_ERRNO,
  featureSet,
  SPI_HEAD_BYTES,
  VIRTIO_F,
  type VirtioDevice,
  writeI2cOutHdr,
} from '../../../src/virtio/index.ts';
import { MockGuest } from '../../support/mock-guest.ts';
import { hostOf } from '../../support/rig.ts';
import { PLAIN_CAPABILITIES } from '../../support/spi.ts';

/** Bits of the I2C request header. */
const FAIL_NEXT = 1;
const M_RD = 2;
const UNTOUCHED = 0xee;
const DEVICE = featureSet(0, DTBUS_F_ERRNO);
const LAYOUTS = [
  ['split', 0],
  ['packed, in order', featureSet(VIRTIO_F.RING_PACKED, VIRTIO_F.IN_ORDER)],
] as const;

/** A guest: memory, a ring and a device model of its own, on a bus that it shares. */
class Guest {
  readonly memory: MockGuest;
  readonly driver: DriverQueue<number>;
  readonly device: VirtioDevice;
  readonly #status = new Map<number, DmaBuffer>();
  #tokens = 0;

  constructor(layout: number, device: VirtioDevice) {
    this.memory = new MockGuest(64, layout);
    this.driver = this.memory.driver<number>();
    this.device = device;
    device.acceptFeatures(DEVICE);
    device.activate([this.memory.device()], () => {});
  }

  /** Puts a request on the ring, without a kick. */
  offer(readable: readonly DmaBuffer[], writable: readonly DmaBuffer[]): number {
    const token = ++this.#tokens;
    const status = this.memory.alloc(1, UNTOUCHED);
    this.#status.set(token, status);
    expect(this.driver.addBuf(readable, [...writable, status], token)).toBe(true);
    return token;
  }

  /** Statuses of what was finished since, by token. */
  finished(): [number, number][] {
    const ended: [number, number][] = [];
    for (let token = this.driver.getBuf(); token !== undefined; token = this.driver.getBuf()) {
      ended.push([token, this.memory.bytes(this.#status.get(token) as DmaBuffer)[0] as number]);
    }
    return ended;
  }
}

/** Lets the guests' devices work, in turns, until all that was offered is back. */
async function finish(guests: readonly Guest[], count: number): Promise<[number, number][][]> {
  const ended = guests.map((): [number, number][] => []);
  for (const { driver } of guests) driver.kickPrepare();
  for (let rounds = 0; ended.flat().length < count; rounds++) {
    for (const [i, guest] of guests.entries()) {
      guest.device.processQueue(0);
      ended[i]?.push(...guest.finished());
    }
    // What a controller answers later takes a turn of the event loop.
    await new Promise((resolve) => setImmediate(resolve));
    if (rounds > 10_000) throw new Error('a request never ends');
  }
  return ended.map((each) => each.sort(([a], [b]) => a - b));
}

describe.each(LAYOUTS)('two guests on one I2C bus, rings %s', (_, layout) => {
  /** Who owns what: guest 0, guest 1, or nobody. Seven and ten bits of the same number are two targets. */
  const OWN = [
    [
      { addr: 0x50, ten: false },
      { addr: 0x51, ten: true },
    ],
    [
      { addr: 0x51, ten: false },
      { addr: 0x50, ten: true },
    ],
  ];
  const FREE = { addr: 0x20, ten: false };
  const TARGETS = [...OWN.flat(), FREE];
  const ownerOf = (target: (typeof TARGETS)[number]): number => OWN.findIndex((own) => own.includes(target));
  /** What a read of a target gives: nobody but its owner may see it. */
  const secretOf = (addr: number, ten: boolean): number => addr | (ten ? 0x80 : 0);

  function rig(answersLater: boolean) {
    const log: { addr: number; ten: boolean; write: number[] | undefined }[] = [];
    const controller: I2cController = {
      description: 'test',
      functionality: 1,
      transfer: (messages) => {
        for (const { addr, flags, buf } of messages) {
          const ten = (flags & I2C_M.TEN) !== 0;
          const read = (flags & I2C_M.RD) !== 0;
          log.push({ addr, ten, write: read ? undefined : [...buf] });
          if (read) buf.fill(secretOf(addr, ten));
        }
        return answersLater ? Promise.resolve() : undefined;
      },
    };
    const manager = new ResourceManager();
    const bus = manager.addI2cBus('/i2c', hostOf({ i2c: controller }, !answersLater), controller);
    manager.openSynchronous();
    return { log, manager, bus, opened: manager.open() };
  }

  function claim(bus: ManagedI2cBus, clients: readonly Client[]): void {
    for (const [i, client] of clients.entries()) {
      for (const { addr, ten } of OWN[i] ?? []) bus.ownership.claim(client, ten ? addr + 0x8000_0000 : addr);
    }
  }

  const message = fc.record({
    target: fc.constantFrom(...TARGETS),
    read: fc.boolean(),
    length: fc.integer({ min: 1, max: 4 }),
  });
  /** A group is one transaction: FAIL_NEXT on all but its last message. A batch is groups behind one kick. */
  const group = fc.array(message, { minLength: 1, maxLength: 4 });
  const batch = fc.array(group, { maxLength: 4 });

  it.each([
    ['answers at once', false],
    ['answers later', true],
  ])(
    'cannot touch one another’s addresses, however they batch, with a controller that %s',
    async (_, later) => {
      await fc.assert(
        fc.asyncProperty(fc.array(fc.tuple(batch, batch), { minLength: 1, maxLength: 3 }), async (rounds) => {
          const { log, manager, bus, opened } = rig(later);
          await opened;
          const clients = [new Client('one'), new Client('two')];
          claim(bus, clients);
          const guests = clients.map(
            (client) => new Guest(layout, new VirtioI2cDevice(manager, bus, client)),
          );
          for (const round of rounds) {
            log.length = 0;
            const expected = round.map((): number[] => []);
            const rooms: { room: Uint8Array; is: number }[] = [];
            let count = 0;
            for (const [who, groups] of round.entries()) {
              const guest = guests[who] as Guest;
              for (const messages of groups) {
                const allowed = messages.every(({ target }) => [who, -1].includes(ownerOf(target)));
                for (const [i, { target, read, length }] of messages.entries()) {
                  const flags = (read ? M_RD : 0) | (i < messages.length - 1 ? FAIL_NEXT : 0);
                  const header = guest.memory.alloc(8);
                  writeI2cOutHdr(
                    new DataView(guest.memory.buffer),
                    header.addr,
                    target.addr,
                    target.ten,
                    flags,
                  );
                  // What a guest writes tells who it was.
                  const data = guest.memory.alloc(length, read ? UNTOUCHED : who);
                  guest.offer(read ? [header] : [header, data], read ? [data] : []);
                  count++;
                  expected[who]?.push(allowed ? 0 : ERRNO.EBUSY);
                  if (read) {
                    const is = allowed ? secretOf(target.addr, target.ten) : UNTOUCHED;
                    rooms.push({ room: guest.memory.bytes(data), is });
                  }
                }
              }
            }
            const ended = await finish(guests, count);
            expect(ended.map((each) => each.map(([, status]) => status))).toEqual(expected);
            for (const { room, is } of rooms) expect([...room]).toEqual(Array(room.length).fill(is));
            for (const { addr, ten, write } of log) {
              const owner = ownerOf(TARGETS.find((t) => t.addr === addr && t.ten === ten) ?? FREE);
              if (owner !== -1) for (const byte of write ?? []) expect(byte).toBe(owner);
            }
          }
        }),
        { numRuns: 60 },
      );
    },
  );

  it('confined to its own, reaches nothing else, owned by somebody or not', async () => {
    const { log, manager, bus, opened } = rig(false);
    await opened;
    const client = new Client('one');
    client.confine('/i2c', [0x50]);
    const guest = new Guest(layout, new VirtioI2cDevice(manager, bus, client));
    const send = (addr: number, flags: number): void => {
      const header = guest.memory.alloc(8);
      writeI2cOutHdr(new DataView(guest.memory.buffer), header.addr, addr, false, flags);
      guest.offer([header, guest.memory.alloc(1, 7)], []);
    };
    // An allowed beginning opens no door to what follows, nor an allowed end to what came before.
    for (const [addr, flags] of [
      [0x50, FAIL_NEXT],
      [0x51, FAIL_NEXT],
      [0x50, 0],
      [0x20, FAIL_NEXT],
      [0x50, 0],
      [0x50, 0],
    ] as const)
      send(addr, flags);
    const [ended] = await finish([guest], 6);
    const { EPERM } = ERRNO;
    expect(ended?.map(([, status]) => status)).toEqual([EPERM, EPERM, EPERM, EPERM, EPERM, 0]);
    expect(log).toEqual([{ addr: 0x50, ten: false, write: [7] }]);
  });

  it('that is gone frees what it owned', async () => {
    const { manager, bus, opened } = rig(false);
    await opened;
    const clients = [new Client('one'), new Client('two')];
    claim(bus, clients);
    const guest = new Guest(layout, new VirtioI2cDevice(manager, bus, clients[1] as Client));
    const write = (): void => {
      const header = guest.memory.alloc(8);
      writeI2cOutHdr(new DataView(guest.memory.buffer), header.addr, 0x50, false, 0);
      guest.offer([header, guest.memory.alloc(1, 7)], []);
    };
    write();
    expect((await finish([guest], 1))[0]).toEqual([[1, ERRNO.EBUSY]]);
    manager.drop(clients[0] as Client);
    write();
    expect((await finish([guest], 1))[0]).toEqual([[2, 0]]);
  });
});

describe.each(LAYOUTS)('two guests on one SPI bus, rings %s', (_, layout) => {
  /** Chip select 0 is guest 0's, 1 is guest 1's, 2 is nobody's. */
  const transfer = fc.record({ chip: fc.integer({ min: 0, max: 2 }), ends: fc.boolean() });
  const batch = fc.array(transfer, { maxLength: 8 });

  it('cannot touch one another’s chips, however they batch', async () => {
    await fc.assert(
      fc.asyncProperty(batch, batch, async (...batches) => {
        const log: { chip: number; byte: number }[] = [];
        const controller: SpiController = {
          description: 'test',
          capabilities: { ...PLAIN_CAPABILITIES, chipSelects: 3 },
          transfer: (chip, _mode, transfers) => {
            for (const { tx } of transfers) log.push({ chip, byte: tx?.[0] ?? -1 });
          },
          deselect() {},
        };
        const manager = new ResourceManager();
        const bus = manager.addSpiBus('/spi', hostOf({ spi: controller }), controller);
        await manager.open();
        const clients = [new Client('one'), new Client('two')];
        for (const [i, client] of clients.entries()) bus.ownership.claim(client, i);
        const guests = clients.map((client) => new Guest(layout, new VirtioSpiDevice(manager, bus, client)));
        for (const [who, transfers] of batches.entries()) {
          const guest = guests[who] as Guest;
          for (const { chip, ends } of transfers) {
            const head = guest.memory.alloc(SPI_HEAD_BYTES);
            const bytes = guest.memory.bytes(head);
            [bytes[0], bytes[1], bytes[2]] = [chip, 8, ends ? 1 : 0];
            guest.offer([head, guest.memory.alloc(1, who)], []);
          }
        }
        const ended = await finish(guests, batches.flat().length);
        expect(ended.map((each) => each.map(([, result]) => result))).toEqual(
          batches.map((each, who) => each.map(({ chip }) => ([who, 2].includes(chip) ? 0 : ERRNO.EBUSY))),
        );
        for (const { chip, byte } of log) if (chip < 2) expect(byte).toBe(chip);
      }),
      { numRuns: 60 },
    );
  });
});
