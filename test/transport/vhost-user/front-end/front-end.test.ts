import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EventFd, type FileDescriptor, OsError, unixSocketPair } from '../../../../src/os/index.ts';
import { VhostUserConnection } from '../../../../src/transport/vhost-user/connection/connection.ts';
import { EventLoop } from '../../../../src/transport/vhost-user/event-loop.ts';
import {
  type FrontEndOptions,
  VhostUserFrontEnd,
} from '../../../../src/transport/vhost-user/front-end/front-end.ts';
import { NO_PAYLOAD, u64 } from '../../../../src/transport/vhost-user/messages/message.ts';
import { MessageSocket } from '../../../../src/transport/vhost-user/messages/message-socket.ts';
import { REQUEST } from '../../../../src/transport/vhost-user/messages/protocol.ts';
import {
  DTBUS_F_ERRNO,
  featureSet,
  hasFeature,
  VIRTIO_F,
  type VirtioDevice,
} from '../../../../src/virtio/index.ts';
import { eeprom24c02, lm75, PlainI2cDevice } from '../../../guest/plain-i2c-device.ts';
import { HoldingDevice, leaks } from '../harness.ts';
import { OneQueueDriver, WANTED } from './one-queue-driver.ts';

let before: string[];
let loop: EventLoop;
let frontEnd: VhostUserFrontEnd | undefined;
let backEnds: VhostUserConnection[];

beforeEach(() => {
  before = leaks();
  loop = new EventLoop();
  backEnds = [];
});
afterEach(async () => {
  frontEnd?.close();
  frontEnd = undefined;
  for (const backEnd of backEnds) backEnd.close();
  await loop.close();
  expect(leaks()).toEqual(before);
});

/** A connection to a back-end of ours, in this thread. */
function connectTo(device: () => VirtioDevice): () => FileDescriptor {
  return () => {
    const [ours, theirs] = unixSocketPair();
    backEnds.push(new VhostUserConnection(theirs, device(), loop));
    return ours;
  };
}
function open(device: () => VirtioDevice, options: Partial<FrontEndOptions> = {}): VhostUserFrontEnd {
  frontEnd = new VhostUserFrontEnd({
    connect: connectTo(device),
    deviceId: 34,
    serve: () => loop.poll(),
    ...options,
  });
  return frontEnd;
}

const plain = (): VirtioDevice =>
  new PlainI2cDevice(
    new Map([
      [0x48, lm75(25 * 256)],
      [0x50, eeprom24c02()],
    ]),
  );

describe('our front-end with our back-end', () => {
  it('finds features, queues and configuration', () => {
    const config = Uint8Array.from({ length: 8 }, (_, i) => i + 1);
    const t = open(() => new HoldingDevice(2, 41, config), { deviceId: 41 });
    expect(t.deviceId).toBe(41);
    const { RING_PACKED, IN_ORDER, RING_RESET } = VIRTIO_F;
    expect(t.deviceFeatures()).toBe(WANTED + featureSet(23, RING_PACKED, IN_ORDER, RING_RESET));
    expect([t.maxQueueSize(0), t.maxQueueSize(1), t.maxQueueSize(2)]).toEqual([1024, 1024, 0]);
    expect([...t.readConfig(2, 3)]).toEqual([3, 4, 5]);
    expect(t.gone).toBe(false);
  });

  it('has no configuration where the device has none', () => {
    expect(open(plain).readConfig(0, 4)).toHaveLength(0);
  });

  it('carries requests, and its calls are counted', () => {
    const d = new OneQueueDriver(open(plain));
    const seen = d.transport.calls(0);
    const result = d.read(0x48, 1);
    d.transport.waitSync(0, seen, 1000);
    expect(d.transport.calls(0)).toBe(seen + 1);
    expect(d.queue.getBuf()).toBe(1);
    expect(d.get(result)).toEqual([25, 0]);
  });

  it.each([
    ['a packed ring', VIRTIO_F.RING_PACKED],
    ['a ring in order', VIRTIO_F.IN_ORDER],
  ])('runs %s where its driver wants one', (_, feature) => {
    const d = new OneQueueDriver(open(plain), 16, WANTED + featureSet(feature));
    for (let token = 1; token < 40; token++) {
      const result = d.read(0x48, token);
      expect(d.queue.getBuf()).toBe(token);
      expect(d.get(result)).toEqual([25, 0]);
    }
  });

  it('offers its driver no packed ring where a back-end may die: its successor would not know how far it came', () => {
    const t = open(plain, { reconnectMs: 10 });
    expect(hasFeature(t.deviceFeatures(), VIRTIO_F.RING_PACKED)).toBe(false);
  });

  it('waits without blocking, for as long as it is told', async () => {
    const device = new HoldingDevice();
    const d = new OneQueueDriver(open(() => device));
    const seen = d.transport.calls(0);
    d.read(0x48, 1);
    await d.transport.wait(0, seen, 2);
    expect(d.transport.calls(0)).toBe(seen);
    d.transport.waitSync(0, seen, 2);
    expect(d.transport.calls(0)).toBe(seen);
    setTimeout(() => device.release(), 2);
    await Promise.all([d.transport.wait(0, seen, 5000), d.transport.wait(0, seen, 5000)]);
    expect(d.transport.calls(0)).not.toBe(seen);
    expect(d.queue.getBuf()).toBe(1);
  });

  it('knows no queue that was not set up', () => {
    const t = open(plain);
    expect(t.calls(3)).toBe(0);
    t.notify(3);
  });

  it('resets the device, and can start it anew', () => {
    const device = new HoldingDevice();
    const first = new OneQueueDriver(open(() => device));
    first.read(0x48, 1);
    device.release();
    first.transport.setStatus(0);
    expect(first.transport.status()).toBe(0);
    expect(device.resets).toBe(1);
    const second = new OneQueueDriver(first.transport);
    second.read(0x48, 2);
    expect(device.held).toHaveLength(1);
    device.release();
    expect(second.queue.getBuf()).toBe(2);
  });

  it('sees a refusal of its features in the status', () => {
    const t = open(plain);
    t.setStatus(0);
    t.setStatus(3);
    t.setDriverFeatures(featureSet(VIRTIO_F.SR_IOV, VIRTIO_F.VERSION_1));
    t.setStatus(11);
    expect(t.status()).toBe(3);
  });

  it('closes quietly, twice, and says so to who uses it afterwards', () => {
    const t = open(plain);
    t.close();
    t.close();
    expect(t.gone).toBe(true);
    expect(() => t.setStatus(1)).toThrow(/this front-end was closed/);
  });
});

describe('why a request failed', () => {
  const ENODEV = 19;
  const sentence = 'not found: /dev/ttyUSB0';
  /** A device whose last request failed; `asked` counts how often it was asked why. */
  class FailedDevice extends HoldingDevice {
    asked = 0;
    get failure() {
      this.asked++;
      return { errno: ENODEV, sentence };
    }
  }
  const failed = () => new FailedDevice(1, 34, Uint8Array.of(1, 2, 3, 4));
  const errnos = WANTED + featureSet(DTBUS_F_ERRNO);

  it('is asked of a back-end of ours, and leaves its configuration as it is', () => {
    const d = new OneQueueDriver(open(failed), 16, errnos);
    expect(d.transport.reasonOf(ENODEV)).toBe(sentence);
    expect(d.transport.reasonOf(5)).toBeUndefined();
    expect([...d.transport.readConfig(0, 4)]).toEqual([1, 2, 3, 4]);
  });

  it('is not asked of one that tells no errno: it may know no such place', () => {
    const device = failed();
    const d = new OneQueueDriver(open(() => device));
    device.asked = 0;
    expect(d.transport.reasonOf(ENODEV)).toBeUndefined();
    expect(device.asked).toBe(0);
  });

  it('stays unknown where the back-end has no configuration, or is gone', () => {
    const d = new OneQueueDriver(
      open(() => new HoldingDevice()),
      16,
      errnos,
    );
    expect(d.transport.reasonOf(ENODEV)).toBeUndefined();
    backEnds[0]?.close();
    expect(d.transport.reasonOf(ENODEV)).toBeUndefined();
  });

  it('is waited for a moment only, and an answer that comes too late is none to what is asked next', () => {
    let serves = true;
    const d = new OneQueueDriver(open(failed, { serve: () => serves && loop.poll() }), 16, errnos);
    serves = false;
    expect(d.transport.reasonOf(ENODEV)).toBeUndefined();
    serves = true;
    expect([...d.transport.readConfig(1, 2)]).toEqual([2, 3]);
    expect(d.transport.reasonOf(ENODEV)).toBe(sentence);
  });
});

describe('a back-end that goes away', () => {
  it('for good is noticed, and waiting ends', async () => {
    const d = new OneQueueDriver(open(plain));
    for (const backEnd of backEnds) backEnd.close();
    d.transport.waitSync(0, 0, 10_000);
    await d.transport.wait(0, 0, 10_000);
    expect(d.transport.gone).toBe(true);
    expect(() => d.transport.readConfig(0, 1)).toThrow(expect.objectContaining({ code: 'ECONNRESET' }));
    d.transport.setStatus(0); // there is nothing to reset
  });

  it('and comes back gets the rings and the record of what was in flight', () => {
    const devices: HoldingDevice[] = [];
    const make = (): HoldingDevice => {
      const device = new HoldingDevice();
      devices.push(device);
      return device;
    };
    const d = new OneQueueDriver(open(make, { reconnectMs: 0 }));
    const lost = d.read(0x48, 1);
    d.read(0x48, 2);
    devices[0]?.release(7);
    backEnds[0]?.close();
    d.read(0x48, 3); // made while nobody is there
    expect(d.transport.gone).toBe(false);
    const seen = d.transport.calls(0);
    d.transport.waitSync(0, seen + 1, 1000);
    expect(devices).toHaveLength(2);
    expect(d.get(lost)).toEqual([7, 7]);
    expect([d.queue.getBuf(), d.queue.getBuf(), d.queue.getBuf()]).toEqual([1, 2, undefined]);
    expect(devices[1]?.held).toHaveLength(1); // the third, and only that
    devices[1]?.release();
    expect(d.queue.getBuf()).toBe(3);
  });

  it('and comes back in another make is kicked: not every one looks at a ring unasked', () => {
    const rung: string[] = [];
    let fake: MessageSocket | undefined;
    const ours = connectTo(plain);
    const t = open(plain, {
      reconnectMs: 0,
      // The fake does not answer what comes after the kick.
      timeoutMs: 2000,
      connect: () => {
        if (backEnds.length === 0) return ours();
        const [mine, theirs] = unixSocketPair();
        fake = new MessageSocket(theirs);
        backEnds.push(fake as unknown as VhostUserConnection); // closed with them
        return mine;
      },
      serve: () => {
        loop.poll();
        for (let m = fake?.receive(); m !== undefined && m !== 'ended'; m = fake?.receive()) {
          if (m.header.request === REQUEST.GET_FEATURES) fake?.send(REQUEST.GET_FEATURES, 4, u64(WANTED));
          if (m.header.request !== REQUEST.SET_VRING_KICK) continue;
          kick = new EventFd(m.files.shift() as FileDescriptor);
        }
      },
    });
    let kick: EventFd | undefined;
    const d = new OneQueueDriver(t);
    backEnds[0]?.close();
    d.transport.waitSync(0, 0, 5);
    rung.push(kick?.drain() ?? 'no kick descriptor');
    expect(rung).toEqual(['rung']);
    kick?.close();
  });

  it('is not asked for more often than allowed', () => {
    let attempts = 0;
    const connect = connectTo(plain);
    const trace: string[] = [];
    const t = open(plain, {
      reconnectMs: 100_000,
      trace: (sentence) => trace.push(sentence),
      connect: () => {
        attempts++;
        return connect();
      },
    });
    const d = new OneQueueDriver(t);
    backEnds[0]?.close();
    d.transport.waitSync(0, 0, 5);
    expect(attempts).toBe(1);
    expect(trace).toEqual(['connection lost: the back-end closed the connection']);
  });

  it('and comes back as less than it was is refused', () => {
    const trace: string[] = [];
    let count = 0;
    const make = (): VirtioDevice =>
      count++ === 0 ? new HoldingDevice() : { ...plainFields(), features: 0 };
    const d = new OneQueueDriver(open(make, { reconnectMs: 0, trace: (sentence) => trace.push(sentence) }));
    backEnds[0]?.close();
    d.transport.waitSync(0, 0, 1);
    expect(trace[1]).toBe('connection lost: the new back-end offers fewer features than the previous one');
  });
});

/** A device that does nothing, as an object whose fields can be changed. */
function plainFields(): VirtioDevice {
  return {
    deviceId: 34,
    features: 1,
    queueCount: 1,
    config: new Uint8Array(0),
    busy: false,
    acceptFeatures: () => true,
    activate: () => {},
    processQueue: () => Number.POSITIVE_INFINITY,
    reset: () => {},
  };
}

describe('a back-end that is none', () => {
  /** Answers the first messages with what it is told. */
  const fake = (answer: (socket: MessageSocket) => void): Partial<FrontEndOptions> => {
    let peer: MessageSocket | undefined;
    return {
      timeoutMs: 20,
      connect: () => {
        const [ours, theirs] = unixSocketPair();
        peer = new MessageSocket(theirs);
        backEnds.push(peer as unknown as VhostUserConnection); // closed with them
        return ours;
      },
      serve: () => {
        if (peer !== undefined && peer.receive() !== undefined) answer(peer);
      },
    };
  };

  it.each<[string, (socket: MessageSocket) => void, RegExp]>([
    ['says nothing', () => {}, /ETIMEDOUT: no answer to GET_FEATURES within 20 ms/],
    ['hangs up', (socket) => socket.close(), /ECONNRESET|EPIPE/],
    [
      'answers something else',
      (socket) => socket.send(2, 4, u64(0)),
      /unexpected answer to GET_FEATURES: request 2/,
    ],
    ['answers with a wrong flag', (socket) => socket.send(1, 12, u64(0)), /request 1 with flags 0xd/],
    ['answers with nothing', (socket) => socket.send(1, 4, NO_PAYLOAD), /\(u64\): expected 8 bytes, got 0/],
  ])('%s: the front-end fails with a reason', (_, answer, reason) => {
    expect(() => open(plain, fake(answer))).toThrow(reason);
  });

  it('is not there: the front-end fails with the reason of the system', () => {
    const connect = (): never => {
      throw OsError.of('connect', 'ENOENT', '/no/such/socket');
    };
    expect(() => open(plain, { connect })).toThrow(/connect: ENOENT: \/no\/such\/socket/);
  });

  it('knows no protocol features: queues are counted by who opens it', () => {
    const t = open(plain, {
      ...fake((socket) => socket.send(1, 4, u64(featureSet(0, VIRTIO_F.VERSION_1)))),
      queueCount: 2,
    });
    expect([t.maxQueueSize(1), t.maxQueueSize(2)]).toEqual([1024, 0]);
    expect(t.readConfig(0, 4)).toHaveLength(0);
  });
});
