import { describe, expect, it } from 'vitest';
import { unixSocketPair } from '../../../../src/os/index.ts';
import { u64 } from '../../../../src/transport/vhost-user/messages/message.ts';
import { MessageSocket } from '../../../../src/transport/vhost-user/messages/message-socket.ts';
import { REQUEST } from '../../../../src/transport/vhost-user/messages/protocol.ts';
import { featureSet } from '../../../../src/virtio/index.ts';
import { HoldingDevice, i2cRequest, NEGOTIATED, type World } from '../harness.ts';
import { useWorlds } from './worlds.ts';

const { world, plain, ring } = useWorlds();

describe('configuration', () => {
  const config = Uint8Array.from({ length: 32 }, (_, i) => i + 1);
  const read = (w: World, offset: number, size: number): number[] => {
    const answer = w.ask(REQUEST.GET_CONFIG, {
      kind: 'config',
      offset,
      size,
      flags: 0,
      bytes: new Uint8Array(size),
    });
    return answer?.kind === 'config' ? [...answer.bytes] : [];
  };

  it('is read at any offset, and ends in zeros', () => {
    const w = world(new HoldingDevice(1, 45, config));
    expect(read(w, 0, 4)).toEqual([1, 2, 3, 4]);
    expect(read(w, 12, 4)).toEqual([13, 14, 15, 16]);
    expect(read(w, 30, 4)).toEqual([31, 32, 0, 0]);
  });

  it('is not written', () => {
    const w = world(new HoldingDevice(1, 45, config));
    w.send(REQUEST.SET_CONFIG, { kind: 'config', offset: 0, size: 1, flags: 0, bytes: Uint8Array.of(9) });
    expect(w.closed).toBe('SET_CONFIG: the configuration space of this device is read-only');
  });

  it('changes are told over the back-end’s own channel', () => {
    const w = world(new HoldingDevice(1, 45, config));
    w.backEnd.configChanged(); // nobody to tell
    w.greet();
    const [ours, theirs] = unixSocketPair();
    w.send(REQUEST.SET_BACKEND_REQ_FD, undefined, [theirs.fd]);
    theirs.close();
    w.backEnd.configChanged();
    const channel = new MessageSocket(ours);
    const message = channel.receive();
    expect(message).toMatchObject({ header: { request: 2, flags: 1, size: 0 } });
    channel.close();
    w.loop.poll(); // its end is noticed
    w.backEnd.configChanged();
    expect(w.closed).toBeUndefined();
  });
});

describe('in-band notifications', () => {
  it('a kick is a message that is acknowledged after the work, a call is a message too', () => {
    const w = plain({ inBand: true });
    w.greet(NEGOTIATED, featureSet(3, 5, 14));
    const [ours, theirs] = unixSocketPair();
    w.send(REQUEST.SET_BACKEND_REQ_FD, undefined, [theirs.fd]);
    theirs.close();
    const channel = new MessageSocket(ours);
    const r = ring(w);
    w.vring(REQUEST.SET_VRING_NUM, 0, 16);
    w.send(REQUEST.SET_VRING_ADDR, r.addresses());
    w.vring(REQUEST.SET_VRING_ENABLE, 0, 1); // there is no SET_VRING_KICK
    const read = i2cRequest(w.memory, 0x48, { read: 2 });
    r.queue.addBuf(read.readable, read.writable, 1);
    r.queue.kickPrepare();
    w.send(REQUEST.VRING_KICK, { kind: 'vring-state', index: 0, num: 0 }, [], 8);
    const call = channel.receive();
    expect(call).toMatchObject({ header: { request: 4, flags: 9, size: 8 } });
    expect(w.answer()?.payload).toEqual(u64(0));
    expect(r.finished()).toEqual([1]);
    channel.send(4, 4, u64(0)); // the acknowledgement
    w.loop.poll();
    channel.send(4, 3, u64(0)); // rubbish: the channel is given up, the connection is not
    w.loop.poll();
    expect(w.closed).toBeUndefined();
    channel.close();
  });
});
