import { describe, expect, it } from 'vitest';
import { createMemfd, FdChannel, type FileDescriptor, unixSocketPair } from '../../../../src/os/index.ts';
import { NO_PAYLOAD, u64 } from '../../../../src/transport/vhost-user/messages/message.ts';
import {
  type IncomingMessage,
  MessageSocket,
} from '../../../../src/transport/vhost-user/messages/message-socket.ts';
import { openFiles } from '../../../os/open-files.ts';

const SET_OWNER = Uint8Array.of(3, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0);
/** SET_VRING_KICK of ring 0. */
const SET_KICK = Uint8Array.of(12, 0, 0, 0, 1, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

function pair(): [FdChannel, MessageSocket] {
  const [a, b] = unixSocketPair();
  return [new FdChannel(a, 4096), new MessageSocket(b)];
}

function send(channel: FdChannel, bytes: Uint8Array, files: FileDescriptor[] = []): void {
  channel.data.set(bytes);
  channel.send(
    0,
    bytes.length,
    files.map(({ fd }) => fd),
  );
}

function message(received: IncomingMessage | 'ended' | undefined): IncomingMessage {
  if (received === undefined || received === 'ended') throw new Error('no message');
  return received;
}

describe('messages over a stream socket', () => {
  it('are whole, however they were cut', () => {
    const [peer, socket] = pair();
    for (const byte of SET_KICK.subarray(0, -1)) {
      send(peer, Uint8Array.of(byte));
      expect(socket.receive()).toBeUndefined();
    }
    send(peer, Uint8Array.of(0));
    const { header, payload } = message(socket.receive());
    expect(header).toEqual({ request: 12, flags: 1, size: 8 });
    expect(payload.byteLength).toBe(8);
    peer.close();
    socket.close();
  });

  it('are told apart when several come at once', () => {
    const [peer, socket] = pair();
    send(peer, Uint8Array.from([...SET_OWNER, ...SET_KICK, ...SET_OWNER]));
    expect([1, 2, 3].map(() => message(socket.receive()).header.request)).toEqual([3, 12, 3]);
    expect(socket.receive()).toBeUndefined();
    peer.close();
    expect(socket.receive()).toBe('ended');
    socket.close();
  });

  it('bring their files, which are closed unless somebody takes them', () => {
    const [peer, socket] = pair();
    const file = createMemfd('passed', 1);
    send(peer, SET_KICK, [file]);
    file.close();
    const taken = message(socket.receive()).files.shift();
    expect(openFiles(/passed/)).toHaveLength(1);
    taken?.close();
    const second = createMemfd('passed', 1);
    send(peer, SET_KICK, [second]);
    second.close();
    expect(message(socket.receive()).files).toHaveLength(1);
    expect(socket.receive()).toBeUndefined();
    expect(openFiles(/passed/)).toEqual([]);
    peer.close();
    socket.close();
  });

  it('keep no file of a message that never became whole', () => {
    const [peer, socket] = pair();
    const file = createMemfd('passed', 1);
    send(peer, SET_KICK.subarray(0, 5), [file]);
    file.close();
    expect(socket.receive()).toBeUndefined();
    expect(openFiles(/passed/)).toHaveLength(1);
    socket.close();
    expect(openFiles(/passed/)).toEqual([]);
    peer.close();
  });

  it('with more files than any message has are refused, and none is kept', () => {
    const [peer, socket] = pair();
    const file = createMemfd('passed', 1);
    send(peer, SET_KICK, new Array<FileDescriptor>(9).fill(file));
    file.close();
    expect(() => socket.receive()).toThrow(/too many descriptors in one message: expected at most 8, got 9/);
    expect(openFiles(/passed/)).toEqual([]);
    peer.close();
    socket.close();
  });

  it('cannot collect files piece by piece', () => {
    const [peer, socket] = pair();
    const file = createMemfd('passed', 1);
    const drip = (): void => {
      for (const byte of SET_KICK) {
        send(peer, Uint8Array.of(byte), [file]);
        socket.receive();
      }
    };
    expect(drip).toThrow(/too many descriptors in one message: expected at most 8, got 9/);
    file.close();
    expect(openFiles(/passed/)).toEqual([]);
    peer.close();
    socket.close();
  });

  it('end between two messages quietly, within one with a reason', () => {
    const [peer, socket] = pair();
    send(peer, SET_KICK.subarray(0, 14));
    peer.close();
    expect(() => socket.receive()).toThrow(/the connection ended 14 bytes into a message/);
    socket.close();
  });

  it('are not sent to a peer that never reads: it is told apart from a slow one by its full buffer', () => {
    const [peer, socket] = pair();
    const flood = (): void => {
      for (;;) socket.send(1, 4, u64(0));
    };
    expect(flood).toThrow(/does not read its messages/);
    peer.close();
    expect(() => socket.send(1, 4, NO_PAYLOAD)).toThrow(expect.objectContaining({ code: 'EPIPE' }));
    socket.close();
  });
});
