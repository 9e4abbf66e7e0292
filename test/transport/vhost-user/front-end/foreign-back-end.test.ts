import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connectUnix, type FileDescriptor, OsError } from '../../../../src/os/index.ts';
import {
  type FrontEndOptions,
  VhostUserFrontEnd,
} from '../../../../src/transport/vhost-user/front-end/front-end.ts';
import {
  allocateQueueAreas,
  createDriverQueue,
  DmaAllocator,
  type DmaBuffer,
  type DriverQueue,
  driverOk,
  featureNames,
  featureSet,
  hasFeature,
  negotiate,
  VIRTIO_F,
} from '../../../../src/virtio/index.ts';
import { program } from '../../../guest/boot.ts';
import { leaks } from '../harness.ts';

/** Debian's package qemu-system-common: a disk as a vhost-user back-end, by QEMU's own libvhost-user. */
const DAEMON = 'qemu-storage-daemon';
const missing = program(DAEMON);
if (missing !== undefined) console.warn(`our front-end is not tried on a back-end of QEMU's: ${missing}`);

const SECTOR = 512;
const SECTORS = 2048;
/** virtio 1.3, 5.2: device id, features, requests. */
const VIRTIO_ID_BLOCK = 2;
const BLK_F_FLUSH = 9;
const BLK_T = { IN: 0, OUT: 1, FLUSH: 4, GET_ID: 8 } as const;
const BLK_S = { OK: 0, IOERR: 1, UNSUPP: 2 } as const;

/** A driver of a virtio disk, as small as it can be. */
class Disk {
  readonly transport: VhostUserFrontEnd;
  readonly features: number;
  readonly queue: DriverQueue<number>;
  readonly #dma: DmaAllocator;

  constructor(connect: () => FileDescriptor, wanted: number, options: Partial<FrontEndOptions> = {}) {
    const size = 64;
    this.transport = new VhostUserFrontEnd({
      connect,
      deviceId: VIRTIO_ID_BLOCK,
      timeoutMs: 5000,
      ...options,
    });
    this.features = negotiate(this.transport, wanted, featureSet(VIRTIO_F.VERSION_1));
    this.#dma = new DmaAllocator(this.transport.dmaRange.address, this.transport.dmaRange.size);
    const { features } = this;
    const config = { ...allocateQueueAreas(this.#dma, size, features), size, features };
    this.queue = createDriverQueue<number>(this.transport.memory, config, this.#dma);
    this.transport.setupQueue(0, config);
    driverOk(this.transport);
  }

  bytes({ addr, len }: DmaBuffer): Uint8Array {
    return this.transport.memory.slice(addr, len);
  }

  alloc(len: number): DmaBuffer {
    return { addr: this.#dma.alloc(len), len };
  }

  /** Offers a request without a kick; the place of its status. */
  offer(type: number, sector: number, data: readonly DmaBuffer[], token: number): DmaBuffer {
    const header = this.alloc(16);
    const view = new DataView(this.bytes(header).buffer, this.bytes(header).byteOffset, 16);
    view.setUint32(0, type, true);
    view.setBigUint64(8, BigInt(sector), true);
    const status = this.alloc(1);
    this.bytes(status).fill(0xee);
    const readable = type === BLK_T.OUT ? [header, ...data] : [header];
    const writable = type === BLK_T.OUT ? [status] : [...data, status];
    expect(this.queue.addBuf(readable, writable, token)).toBe(true);
    return status;
  }

  /** Kicks, and waits for so many requests; their tokens and used lengths, by token. */
  finish(count: number): [number, number][] {
    this.queue.kick(() => this.transport.notify(0));
    const ended: [number, number][] = [];
    const giveUp = performance.now() + 5000;
    while (ended.length < count && performance.now() < giveUp) {
      const seen = this.transport.calls(0);
      for (let token = this.queue.getBuf(); token !== undefined; token = this.queue.getBuf())
        ended.push([token, this.queue.usedLength]);
      if (ended.length < count && this.queue.enableCallback()) this.transport.waitSync(0, seen, 5000);
    }
    expect(this.queue.broken).toBeUndefined();
    return ended.sort(([a], [b]) => a - b);
  }

  /** One request, to its end: its status. */
  run(type: number, sector: number, data: readonly DmaBuffer[] = []): number {
    const status = this.offer(type, sector, data, 1);
    expect(this.finish(1)).toHaveLength(1);
    return this.bytes(status)[0] as number;
  }
}

describe.skipIf(missing !== undefined)("our front-end with QEMU's storage daemon", () => {
  const content = Uint8Array.from({ length: SECTOR * SECTORS }, (_, i) => (i * 31 + (i >> 9)) & 0xff);
  let folder: string;
  let image: string;
  let daemon: ChildProcess;
  let ended: Promise<unknown>;
  let connect: () => FileDescriptor;
  let disk: Disk | undefined;
  let before: string[];

  const start = async (): Promise<void> => {
    const target = `type=vhost-user-blk,id=disk,addr.type=unix,addr.path=${join(folder, 'sock')}`;
    daemon = spawn(
      DAEMON,
      [
        '--blockdev',
        `driver=file,node-name=disk,filename=${image}`,
        '--export',
        `${target},node-name=disk,writable=on`,
      ],
      { stdio: ['ignore', 'inherit', 'inherit'] },
    );
    ended = once(daemon, 'exit');
    await until(() => answers(connect));
  };

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'dtbus-disk-'));
    image = join(folder, 'disk');
    const file = openSync(image, 'w');
    writeSync(file, content);
    closeSync(file);
    connect = () => connectUnix(join(folder, 'sock'));
    await start();
    before = leaks();
  });
  afterEach(async () => {
    disk?.transport.close();
    disk = undefined;
    expect(leaks()).toEqual(before);
    daemon.kill('SIGKILL');
    await ended;
    rmSync(folder, { recursive: true });
  });

  const { VERSION_1, INDIRECT_DESC, EVENT_IDX } = VIRTIO_F;
  const SETS: [string, number][] = [[], [INDIRECT_DESC], [EVENT_IDX], [INDIRECT_DESC, EVENT_IDX]].map(
    (extra) => {
      const set = featureSet(VERSION_1, BLK_F_FLUSH, ...extra);
      return [featureNames(set).join(', '), set];
    },
  );

  describe.each(SETS)('%s', (_, wanted) => {
    it('reads what is in the image, and writes what is read from it then', () => {
      disk = new Disk(connect, wanted);
      expect(disk.features).toBe(wanted);
      const [one, three] = [disk.alloc(SECTOR), disk.alloc(3 * SECTOR)];
      expect(disk.run(BLK_T.IN, 5, [one, three])).toBe(BLK_S.OK);
      expect(Buffer.compare(disk.bytes(one), content.subarray(5 * SECTOR, 6 * SECTOR))).toBe(0);
      expect(Buffer.compare(disk.bytes(three), content.subarray(6 * SECTOR, 9 * SECTOR))).toBe(0);

      const mine = disk.alloc(2 * SECTOR);
      disk.bytes(mine).fill(0xa5);
      expect(disk.run(BLK_T.OUT, 100, [mine])).toBe(BLK_S.OK);
      expect(disk.run(BLK_T.FLUSH, 0)).toBe(BLK_S.OK);
      const expected = content.slice();
      expected.fill(0xa5, 100 * SECTOR, 102 * SECTOR);
      expect(Buffer.compare(readFileSync(image), expected)).toBe(0);
    });

    it('has many requests under way at once, round after round of the ring', () => {
      const many = new Disk(connect, wanted);
      disk = many;
      const pieces = Array.from({ length: 16 }, () => many.alloc(SECTOR));
      for (let first = 0; first < 320; first += 16) {
        pieces.forEach((piece, i) => {
          many.bytes(piece).fill(0);
          many.offer(BLK_T.IN, first + i, [piece], i + 1);
        });
        // A read fills its sector and its status.
        expect(many.finish(16)).toEqual(pieces.map((_, i) => [i + 1, SECTOR + 1]));
        pieces.forEach((piece, i) => {
          const at = (first + i) * SECTOR;
          expect(Buffer.compare(many.bytes(piece), content.subarray(at, at + SECTOR))).toBe(0);
        });
      }
    });
  });

  it('reads the configuration space', () => {
    disk = new Disk(connect, featureSet(VERSION_1));
    const capacity = disk.transport.readConfig(0, 8);
    expect(new DataView(capacity.buffer, capacity.byteOffset).getBigUint64(0, true)).toBe(BigInt(SECTORS));
    expect(disk.transport.maxQueueSize(0)).toBeGreaterThan(0);
    expect(disk.transport.maxQueueSize(1)).toBe(0);
  });

  it('learns the name of the disk, and what the disk cannot do', () => {
    disk = new Disk(connect, featureSet(VERSION_1));
    const name = disk.alloc(20);
    expect(disk.run(BLK_T.GET_ID, 0, [name])).toBe(BLK_S.OK);
    expect(Buffer.from(disk.bytes(name)).toString('latin1').replaceAll('\0', '')).toBe('vhost_user_blk');
    expect(disk.run(77, 0, [disk.alloc(SECTOR)])).toBe(BLK_S.UNSUPP);
    expect(disk.run(BLK_T.IN, SECTORS, [disk.alloc(SECTOR)])).toBe(BLK_S.IOERR);
  });

  it('accepts only what is offered: no packed ring, no order', () => {
    disk = new Disk(connect, featureSet(VERSION_1, VIRTIO_F.RING_PACKED, VIRTIO_F.IN_ORDER));
    expect(disk.features).toBe(featureSet(VERSION_1));
    expect(hasFeature(disk.transport.deviceFeatures(), EVENT_IDX)).toBe(true);
  });

  it('resets the device and starts it anew', () => {
    disk = new Disk(connect, featureSet(VERSION_1, EVENT_IDX));
    expect(disk.run(BLK_T.IN, 0, [disk.alloc(SECTOR)])).toBe(BLK_S.OK);
    const { transport } = disk;
    transport.close();
    disk = new Disk(connect, featureSet(VERSION_1, INDIRECT_DESC));
    expect(disk.run(BLK_T.IN, 0, [disk.alloc(SECTOR)])).toBe(BLK_S.OK);
  });

  it('notices that the daemon was killed', async () => {
    disk = new Disk(connect, featureSet(VERSION_1));
    daemon.kill('SIGKILL');
    await ended;
    expect(disk.transport.gone).toBe(true);
  });

  it('goes on with a daemon that takes the place of one that was killed', async () => {
    disk = new Disk(connect, featureSet(VERSION_1, EVENT_IDX), { reconnectMs: 1 });
    const piece = disk.alloc(SECTOR);
    for (const sector of [1, 2, 3]) expect(disk.run(BLK_T.IN, sector, [piece])).toBe(BLK_S.OK);
    daemon.kill('SIGKILL');
    await ended;
    await start();
    // It keeps no notes on what is in flight: what is offered before the new one is found is not run.
    disk.transport.waitSync(0, disk.transport.calls(0), 20);
    for (const sector of [4, 5, 6]) expect(disk.run(BLK_T.IN, sector, [piece])).toBe(BLK_S.OK);
    expect(Buffer.compare(disk.bytes(piece), content.subarray(6 * SECTOR, 7 * SECTOR))).toBe(0);
  });
});

/** Resolves once it is so. */
async function until(so: () => boolean): Promise<void> {
  while (!so()) await new Promise((resolve) => setTimeout(resolve, 5));
}

function answers(connect: () => FileDescriptor): boolean {
  try {
    connect().close();
    return true;
  } catch (error) {
    if (error instanceof OsError) return false;
    throw error;
  }
}
