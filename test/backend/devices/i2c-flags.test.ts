import { describe, expect, it } from 'vitest';
import { Client, ResourceManager, VirtioI2cDevice } from '../../../src/backend/index.ts';
import type { I2cController } from '../../../src/bus/index.ts';
import { featureSet } from '../../../src/virtio/index.ts';
import { MockGuest } from '../../support/mock-guest.ts';
import { hostOf } from '../../support/rig.ts';

/** Bits of a request's flags. */
const FAIL_NEXT = 1;
const READ = 2;
/** Flags of a message, as in Linux's i2c.h. */
const TEN = 0x10;
const RECV_LEN = 0x400;
const IGNORE_NAK = 0x1000;
const NOSTART = 0x4000;
const STOP = 0x8000;
const EINVAL = 22;

/** What comes back of requests with these message flags, and what the controller is asked for. */
function send(features: number, ...requests: readonly [message: number, flags: number, length: number][]) {
  const guest = new MockGuest(64);
  const driver = guest.driver<Uint8Array>();
  const seen: number[] = [];
  const controller: I2cController = {
    description: 'test',
    functionality: 0x8eff_0009,
    transfer: (messages) => void seen.push(...messages.map(({ flags }) => flags)),
  };
  const manager = new ResourceManager();
  const bus = manager.addI2cBus('/i2c', hostOf({ i2c: controller }), controller);
  manager.openSynchronous();
  const device = new VirtioI2cDevice(manager, bus, new Client('a'));
  device.acceptFeatures(features);
  device.activate([guest.device()], () => {});
  const statuses = requests.map(([message, flags, length]) => {
    const header = guest.alloc(Uint8Array.of(0xa0, 0, message & 0xff, message >> 8, flags, 0, 0, 0));
    const status = guest.alloc(1, 0xee);
    const data = guest.alloc(length);
    const isRead = (flags & READ) !== 0;
    driver.addBuf(
      isRead ? [header] : [header, data],
      isRead ? [data, status] : [status],
      guest.bytes(status),
    );
    return guest.bytes(status);
  });
  driver.kickPrepare();
  device.processQueue();
  return { statuses: statuses.map(([status]) => status), seen, config: [...device.config] };
}

/** Zero-length requests; message flags; the errno of a failure in its last byte. */
const OURS = featureSet(0, 22, 23);

describe('flags of a message, from a front-end of ours', () => {
  it('may be what the controller says in its configuration', () => {
    expect(send(OURS).config).toEqual([0x09, 0, 0xff, 0x8e]);
  });

  it('go to the controller', () => {
    const { statuses, seen } = send(OURS, [IGNORE_NAK | STOP, 0, 1], [RECV_LEN, READ, 33]);
    expect([statuses, seen]).toEqual([
      [0, 0],
      [IGNORE_NAK | STOP, RECV_LEN | 1],
    ]);
  });

  it.each([
    ['was not negotiated', featureSet(0, 23)],
    ['came without the feature that every driver must accept', featureSet(22, 23)],
  ])('mean nothing where that %s: the specification has padding there', (_what, features) => {
    const { seen } = send(features, [NOSTART | TEN, 0, 1]);
    expect(seen).toEqual([0]);
  });

  it.each<[string, [number, number, number]]>([
    ['a flag that is none of these', [TEN, 0, 1]],
    ['a read’s flag', [1, 0, 1]],
    ['a length to receive, in a write', [RECV_LEN, 0, 64]],
    ['a length to receive, without room for 32 bytes and it', [RECV_LEN, READ, 32]],
    ['no START at the beginning', [NOSTART, 0, 1]],
  ])('are refused with EINVAL: %s', (_what, request) => {
    const { statuses, seen } = send(OURS, request, [0, 0, 1]);
    expect([statuses, seen]).toEqual([[EINVAL, 0], [0]]);
  });

  it('may leave out a START where the bus is still the message’s, not behind a STOP', () => {
    const good = send(OURS, [0, FAIL_NEXT, 1], [NOSTART, FAIL_NEXT, 1], [NOSTART, 0, 1]);
    expect([good.statuses, good.seen]).toEqual([
      [0, 0, 0],
      [0, NOSTART, NOSTART],
    ]);
    const bad = send(OURS, [STOP, FAIL_NEXT, 1], [NOSTART, 0, 1]);
    expect([bad.statuses, bad.seen]).toEqual([[EINVAL, EINVAL], []]);
  });
});
