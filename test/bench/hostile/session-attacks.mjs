// Attacks by messages and connections.
import { openSync, readdirSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { unixSocketPair } from '../../../dist/src/os/index.js';
import { again, pause } from './again.mjs';
import { carriedOut } from './count.mjs';
import { EventFd, FileDescriptor, FrontEnd, NONE, REQUEST, u64 } from './front-end.mjs';

/** More connections than a server takes. */
const MANY = 500;
/** As many descriptors as a message may have. */
const FILES_EACH = 8;

/** Opens connections with `make` for ever; the oldest is given up. */
async function keepMany(make) {
  const kept = [];
  for (;;) {
    try {
      kept.push(make());
      carriedOut();
    } catch (error) {
      if (error.code === undefined) throw error;
    }
    if (kept.length > MANY) kept.shift().close();
    await pause();
  }
}

export const SESSION_ATTACKS = {
  'messages without pause': (socket) =>
    again(socket, (it) => {
      for (;;) carriedOut(it.tellMany(REQUEST.SET_OWNER));
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
        for (;;) carriedOut(Math.floor(writeSync(ours.fd, many) / message.length));
      } finally {
        ours.close();
      }
    }),

  'connections that come and go': (socket) =>
    again(
      socket,
      (it) => {
        it.tell(REQUEST.SET_OWNER);
        carriedOut();
      },
      0,
    ),

  'connections that do nothing': (socket) =>
    keepMany(() => {
      const it = new FrontEnd(socket);
      it.tell(REQUEST.SET_OWNER);
      return it;
    }),

  'halves of messages': (socket) =>
    keepMany(() => {
      const it = new FrontEnd(socket);
      writeSync(it.file.fd, Buffer.from([3, 0, 0, 0, 1]));
      return it;
    }),

  'its own end as back channel': (socket) =>
    again(socket, (it) => {
      it.greet();
      it.tell(REQUEST.SET_BACKEND_REQ_FD, NONE, [it.file]);
      carriedOut();
    }),

  /** Every socket of the server is given descriptors by as many connections as it takes: doorbells, and halves of messages full of them. */
  'a full descriptor table': (socket) => {
    const folder = dirname(socket);
    const sockets = readdirSync(folder).filter((name) => /^(i2c|spi)\d+\.sock$/.test(name));
    const file = new FileDescriptor(openSync('/dev/null', 'r+'));
    const files = Array.from({ length: FILES_EACH }, () => file);
    let turn = 0;
    return keepMany(() => {
      const it = new FrontEnd(join(folder, sockets[turn++ % sockets.length]));
      it.greet();
      const bells = Array.from({ length: 3 }, () => EventFd.create());
      [REQUEST.SET_VRING_KICK, REQUEST.SET_VRING_CALL, REQUEST.SET_VRING_ERR].forEach((request, at) => {
        it.tell(request, u64(0), [bells[at].file]);
      });
      for (const bell of bells) bell.close();
      it.tellHalf(REQUEST.SET_MEM_TABLE, files);
      return it;
    });
  },
};
