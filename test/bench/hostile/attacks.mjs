// Attacks on a server of buses, each a function of the socket that goes on for ever. `node attacks.mjs NAME SOCKET` runs
// one. They are harmless to everything but a server that does not bound what one guest may take.
import { ftruncateSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { unixSocketPair } from '../../../dist/src/os/index.js';
import {
  createMemfd,
  EventFd,
  FileDescriptor,
  FrontEnd,
  GUEST,
  NONE,
  REQUEST,
  RING,
  u64,
} from './front-end.mjs';
import { cFunctionOf } from './libc.mjs';

const MEMORY_BYTES = 1 << 20;
const TIB = 2 ** 40;
/** Requests of three descriptors in a ring of 256. */
const READS = 85;
const F_ADD_SEALS = 1033;
const F_SEAL_WRITE = 8;

const pause = (ms = 1) => new Promise((resolve) => setTimeout(resolve, ms));

/** Does `work` with a connection again and again; whatever ends it is the server's right. */
async function again(socket, work, ms = 1) {
  for (;;) {
    let frontEnd;
    try {
      frontEnd = new FrontEnd(socket);
      await work(frontEnd);
    } catch (error) {
      if (error.name !== 'OsError' && error.code === undefined) throw error;
    } finally {
      frontEnd?.close();
    }
    await pause(ms);
  }
}

function plainFile(size) {
  const folder = mkdtempSync('/dev/shm/dtbus-hostile-');
  const file = new FileDescriptor(openSync(join(folder, 'ram'), 'w+'));
  rmSync(folder, { recursive: true });
  ftruncateSync(file.fd, size);
  return file;
}

/** Reads of `length` bytes from 0x48, as many as a ring of 256 has descriptors for, again as soon as they are answered. */
async function reads(it, length) {
  const file = createMemfd('guest', MEMORY_BYTES);
  it.greet();
  it.share(file, MEMORY_BYTES);
  const kick = it.startRing();
  const put = (bytes, at) => writeSync(file.fd, bytes, 0, bytes.length, at);
  const [next, write] = [1, 2];
  const status = RING.DATA + 8;
  const data = RING.DATA + 16;
  put(Buffer.from([0x90, 0, 0, 0, 2, 0, 0, 0]), RING.DATA);
  const table = Buffer.alloc(16 * 3 * READS);
  const heads = Buffer.alloc(4 + 2 * 256);
  const descriptor = (index, at, size, flags) => {
    table.writeUInt32LE(GUEST + at, 16 * index);
    table.writeUInt32LE(size, 16 * index + 8);
    table.writeUInt16LE(flags, 16 * index + 12);
    table.writeUInt16LE(index + 1, 16 * index + 14);
  };
  for (let i = 0; i < READS; i++) {
    descriptor(3 * i, RING.DATA, 8, next);
    descriptor(3 * i + 1, data, length, next | write);
    descriptor(3 * i + 2, status, 1, write);
  }
  put(table, RING.DESCRIPTOR);
  const used = Buffer.alloc(2);
  for (let index = 0; ; ) {
    for (let i = 0; i < READS; i++) heads.writeUInt16LE(3 * i, 4 + 2 * ((index + i) % 256));
    index = (index + READS) % 0x1_0000;
    put(heads.subarray(4), RING.AVAILABLE + 4);
    heads.writeUInt16LE(index, 2);
    put(heads.subarray(2, 4), RING.AVAILABLE + 2);
    kick.signal();
    do {
      await pause(0);
      readSync(file.fd, used, 0, 2, RING.USED + 2);
    } while (used.readUInt16LE(0) !== index);
  }
}

export const ATTACKS = {
  'reads of 1 byte without pause': (socket) => again(socket, (it) => reads(it, 1)),

  'reads of 64 KiB without pause': (socket) => again(socket, (it) => reads(it, 0xffff)),

  'reads of 512 KiB without pause': (socket) => again(socket, (it) => reads(it, 1 << 19)),

  'messages without pause': (socket) =>
    again(socket, (it) => {
      for (;;) it.tellMany(REQUEST.SET_OWNER);
    }),

  'back channel without pause': (socket) =>
    again(socket, (it) => {
      it.greet();
      const [ours, theirs] = unixSocketPair();
      try {
        it.tell(REQUEST.SET_BACKEND_REQ_FD, NONE, [theirs]);
        theirs.close();
        const message = Buffer.alloc(20);
        message.writeUInt32LE(2, 0);
        message.writeUInt32LE(5, 4);
        message.writeUInt32LE(8, 8);
        const many = Buffer.concat(Array.from({ length: 1000 }, () => message));
        for (;;) writeSync(ours.fd, many);
      } finally {
        ours.close();
      }
    }),

  'kicks without pause': (socket) =>
    again(socket, (it) => {
      const file = createMemfd('guest', MEMORY_BYTES);
      it.greet();
      it.share(file, MEMORY_BYTES);
      const kick = it.startRing();
      for (;;) kick.signal();
    }),

  'connections that come and go': (socket) => again(socket, (it) => it.tell(REQUEST.SET_OWNER), 0),

  'connections that do nothing': async (socket) => {
    const kept = [];
    await again(socket, (it) => {
      kept.push(new FrontEnd(socket));
      it.tell(REQUEST.SET_OWNER);
      if (kept.length > 500) kept.shift().close();
    });
  },

  'halves of messages': async (socket) => {
    const kept = [];
    for (;;) {
      try {
        const it = new FrontEnd(socket);
        writeSync(it.file.fd, Buffer.from([3, 0, 0, 0, 1]));
        kept.push(it);
      } catch (error) {
        if (error.code === undefined) throw error;
      }
      if (kept.length > 500) kept.shift().close();
      await pause();
    }
  },

  'its own end as back channel': (socket) =>
    again(socket, (it) => {
      it.greet();
      it.tell(REQUEST.SET_BACKEND_REQ_FD, NONE, [it.file]);
    }),

  'memory of 1 TiB': (socket) =>
    again(socket, async (it) => {
      const file = createMemfd('vast', TIB);
      it.greet();
      for (;;) {
        it.share(file, TIB);
        await pause();
      }
    }),

  'memory of 64 TiB': (socket) =>
    again(socket, (it) => {
      const file = createMemfd('vast', 64 * TIB);
      it.greet();
      it.share(file, 64 * TIB);
      file.close();
    }),

  'memory that is taken away': (socket) =>
    again(socket, (it) => {
      const file = plainFile(MEMORY_BYTES);
      it.greet();
      it.share(file, MEMORY_BYTES);
      const kick = it.startRing();
      ftruncateSync(file.fd, 0);
      kick.signal();
      file.close();
    }),

  'a doorbell that fails later': (socket) =>
    again(socket, (it) => {
      const file = createMemfd('guest', MEMORY_BYTES);
      const call = createMemfd('call', 4096);
      it.greet();
      it.share(file, MEMORY_BYTES);
      const kick = it.startRing(call);
      cFunctionOf('int fcntl(int fd, int command, int argument)')(call.fd, F_ADD_SEALS, F_SEAL_WRITE);
      kick.signal();
      it.tell(REQUEST.SET_VRING_CALL, u64(0), [call]);
      for (const each of [file, call, kick]) each.close();
    }),

  'a doorbell that is full and blocks': (socket) =>
    again(socket, async (it) => {
      const file = createMemfd('guest', MEMORY_BYTES);
      const call = EventFd.create();
      it.greet();
      it.share(file, MEMORY_BYTES);
      it.startRing(call.file);
      await pause();
      call.drain();
      writeSync(call.fd, Buffer.from('feffffffffffffff', 'hex'));
      cFunctionOf('int fcntl(int fd, int command, int argument)')(call.fd, 4, 0);
      it.tell(REQUEST.SET_VRING_CALL, u64(0), [call.file]);
      await pause();
      for (const each of [file, call]) each.close();
    }),
};

if (process.argv[1]?.endsWith('attacks.mjs')) await ATTACKS[process.argv[2]](process.argv[3]);
