import { ftruncateSync, readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createMemfd, Mapping } from '../../../../src/os/index.ts';
import { DirtyLog } from '../../../../src/transport/vhost-user/memory/dirty-log.ts';
import { mapPart } from '../../../../src/transport/vhost-user/memory/map-part.ts';
import { u64 } from '../../../../src/transport/vhost-user/messages/message.ts';
import { REQUEST } from '../../../../src/transport/vhost-user/messages/protocol.ts';
import { featureSet, VIRTIO_F } from '../../../../src/virtio/index.ts';
import { lm75, PlainI2cDevice } from '../../../guest/plain-i2c-device.ts';
import { GUEST, i2cRequest, leaks, NEGOTIATED, TestRing, World } from '../harness.ts';

let before: string[];
beforeEach(() => {
  before = leaks();
});
afterEach(() => {
  expect(leaks()).toEqual(before);
});

function log(size: number, offset = 0): { log: DirtyLog; bits: Uint8Array; close: () => void } {
  const file = createMemfd('log', size + offset);
  const mapping = new Mapping(file.fd, size + offset);
  const made = new DirtyLog(size, offset, file);
  const close = (): void => {
    made.unmap();
    mapping.unmap();
    file.close();
  };
  return { log: made, bits: new Uint8Array(mapping.view(offset, size)), close };
}

describe('the dirty log', () => {
  it('has a bit for each page of 4096 bytes, the lowest first', () => {
    const { log: made, bits, close } = log(4, 8);
    made.mark(0, 1);
    made.mark(9 * 4096 + 4095, 1);
    expect([...bits]).toEqual([0b1, 0b10, 0, 0]);
    made.mark(15 * 4096 + 4095, 2); // the last byte of one page and the first of the next
    expect([...bits]).toEqual([0b1, 0b1000_0010, 0b1, 0]);
    close();
  });

  it('leaves out what it has no bit for, and nothing at all', () => {
    const { log: made, bits, close } = log(1);
    made.mark(7 * 4096, 3 * 4096);
    made.mark(2 ** 50, 1);
    made.mark(0, 0);
    expect([...bits]).toEqual([0b1000_0000]);
    close();
  });

  it('is refused with a reason when it cannot be mapped', () => {
    const file = createMemfd('log', 8);
    expect(() => new DirtyLog(64, 0, file)).toThrow(/cannot map the dirty log of 64 bytes: .*8 bytes/);
    file.close();
  });
});

describe('a part of a file of the front-end’s', () => {
  const mapped = (): number => readFileSync('/proc/self/maps', 'utf8').split('/memfd:part-of').length - 1;

  it('leaves nothing mapped when it cannot be looked at', () => {
    const file = createMemfd('part-of', 4096);
    expect(() => mapPart(file, 16, 0, 'log')).toThrow(/cannot map the log of 0 bytes: .*a view of 0 bytes/);
    expect(mapped()).toBe(0);
    const { mapping } = mapPart(file, 16, 32, 'log');
    expect(mapped()).toBe(1);
    mapping.unmap();
    file.close();
  });

  it('cannot be made shorter under our hands', () => {
    const file = createMemfd('part-of', 4096);
    const { mapping } = mapPart(file, 0, 4096, 'log');
    expect(() => ftruncateSync(file.fd, 10)).toThrow(/EPERM/);
    mapping.unmap();
    file.close();
  });
});

describe('a front-end that migrates', () => {
  it('learns which pages the back-end wrote: buffers, and the used ring where it says where', async () => {
    const world = new World(new PlainI2cDevice(new Map([[0x48, lm75(25 * 256)]])));
    world.greet();
    const ring = new TestRing(world).start();
    const file = createMemfd('log', GUEST / 4096 / 8 + 8);
    const mapping = new Mapping(file.fd, GUEST / 4096 / 8 + 8);
    const bits = new Uint8Array(mapping.view(GUEST / 4096 / 8));
    const pages = (): number[] =>
      Array.from({ length: 64 }, (_, i) => i).filter(
        (i) => (((bits[i >> 3] as number) >> (i & 7)) & 1) === 1,
      );

    const read = i2cRequest(world.memory, 0x48, { read: 2 });
    const far = { addr: GUEST + 9 * 4096, len: 2 };
    const once = (): void => {
      ring.offer(1, read.readable, [far, read.status]);
      expect(ring.finished()).toEqual([1]);
    };
    once();
    expect(pages()).toEqual([]);

    const size = GUEST / 4096 / 8 + 8;
    expect(world.ask(REQUEST.SET_LOG_BASE, { kind: 'log-base', size, offset: 0 }, [file.fd])).toEqual(u64(0));
    once();
    expect(pages()).toEqual([]); // not before the feature is on

    world.send(REQUEST.SET_FEATURES, u64(NEGOTIATED + featureSet(VIRTIO_F.LOG_ALL)));
    once();
    const statusPage = Math.floor((read.status.addr - GUEST) / 4096);
    expect(pages()).toEqual([statusPage, 9]);

    const addresses = ring.addresses();
    if (addresses.kind !== 'vring-addr') throw new Error('no addresses');
    world.send(REQUEST.SET_VRING_ADDR, { ...addresses, flags: 1, log: GUEST + 20 * 4096 });
    once();
    expect(pages()).toEqual([statusPage, 9, 20]);

    bits.fill(0);
    world.send(REQUEST.SET_FEATURES, u64(NEGOTIATED));
    once();
    expect(pages()).toEqual([]);

    world.send(REQUEST.SET_LOG_FD);
    world.send(REQUEST.SET_LOG_BASE, { kind: 'log-base', size, offset: 0 });
    expect(world.closed).toBe('SET_LOG_BASE: the descriptor is missing');
    ring.close();
    mapping.unmap();
    file.close();
    await world.close();
  });
});
