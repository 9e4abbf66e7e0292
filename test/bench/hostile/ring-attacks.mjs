// Attacks by requests, and by the memory and the doorbells that they come with. What counts is what the server answered or
// took, not what was tried.
import { ftruncateSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { again, pause } from './again.mjs';
import { carriedOut } from './count.mjs';
import { createMemfd, EventFd, FileDescriptor, REQUEST, u64 } from './front-end.mjs';
import { cFunctionOf } from './libc.mjs';
import { GuestRing, I2C_READ, SPI_HEAD } from './ring.mjs';

const MEMORY_BYTES = 1 << 20;
const TIB = 2 ** 40;
const F_ADD_SEALS = 1033;
const F_SEAL_WRITE = 8;
const F_SETFL = 4;
/** How long an honest server may take to answer a read. */
const ANSWER_MS = 1000;
/** The longest SPI transfer that is carried out: a request's own share is taken off. */
const SPI_BYTES = (8 << 20) - 16;
/** VERSION_1 and the protocol's own. */
const SPI_FEATURES = 0x1_4000_0000;
/** Status of an I2C request that is longer than a message can be. */
const REFUSED = 1;
const fcntl = cFunctionOf('int fcntl(int fd, int command, int argument)');

/** The same requests, again as soon as all are answered. `wanted`: their status. */
async function requests(it, head, lengths, { most, wanted = 0, ...settings } = {}) {
  const ring = new GuestRing(it, settings);
  try {
    ring.fill(head, lengths, most);
    for (;;) {
      const offered = ring.offer();
      await ring.answered();
      const status = ring.status();
      if (status !== wanted) throw new Error(`the server answered with status ${status}`);
      carriedOut(offered);
    }
  } finally {
    ring.close();
  }
}

const reads = (length, wanted) => ({
  attack: (socket) => again(socket, (it) => requests(it, I2C_READ, [length, 1], { wanted })),
});

const spiTransfers = (length) => ({
  bus: 'spi0',
  attack: (socket) =>
    again(socket, (it) =>
      requests(it, SPI_HEAD, [length, 1], { most: 8, memoryBytes: 9 << 20, features: SPI_FEATURES }),
    ),
});

function plainFile(size) {
  const folder = mkdtempSync('/dev/shm/dtbus-hostile-');
  const file = new FileDescriptor(openSync(join(folder, 'ram'), 'w+'));
  rmSync(folder, { recursive: true });
  ftruncateSync(file.fd, size);
  return file;
}

export const RING_ATTACKS = {
  'reads of 1 byte without pause': reads(1),
  'reads of 64 KiB without pause': reads(0xffff),
  'reads of 512 KiB without pause': reads(1 << 19, REFUSED),
  'SPI transfers of 64 KiB without pause': spiTransfers(1 << 16),
  'SPI transfers of 8 MiB less 16 bytes': spiTransfers(SPI_BYTES),

  'kicks without pause': {
    attack: (socket) =>
      again(socket, (it) => {
        const { kick } = new GuestRing(it);
        for (;;) {
          for (let each = 0; each < 1000; each++) kick.signal();
          carriedOut(1000);
        }
      }),
  },

  'memory of 1 TiB': {
    attack: (socket) =>
      again(socket, async (it) => {
        const file = createMemfd('vast', TIB);
        it.greet();
        for (;;) {
          it.share(file, TIB);
          carriedOut();
          await pause();
        }
      }),
  },

  'memory of 64 TiB': {
    attack: (socket) =>
      again(socket, (it) => {
        const file = createMemfd('vast', 64 * TIB);
        it.greet();
        it.share(file, 64 * TIB);
        carriedOut();
        file.close();
      }),
  },

  'memory that is taken away': {
    attack: (socket) =>
      again(socket, (it) => {
        const file = plainFile(MEMORY_BYTES);
        it.greet();
        it.share(file, MEMORY_BYTES);
        const kick = it.startRing();
        ftruncateSync(file.fd, 0);
        kick.signal();
        carriedOut();
        for (const each of [file, kick]) each.close();
      }),
  },

  /** It is rung once as it should be; then no write to it can succeed, and it has to be rung again. */
  'a doorbell that fails later': {
    attack: (socket) =>
      again(socket, async (it) => {
        const call = createMemfd('call', 4096);
        const ring = new GuestRing(it, { call });
        ring.fill(I2C_READ, [2, 1], 1);
        try {
          ring.offer();
          if (!(await ring.answered(ANSWER_MS))) return;
          if (fcntl(call.fd, F_ADD_SEALS, F_SEAL_WRITE) !== 0)
            throw new Error('the doorbell could not be sealed');
          ring.offer();
          if (await ring.answered(ANSWER_MS)) carriedOut();
        } finally {
          ring.close();
          call.close();
        }
      }),
  },

  /** Its counter is at the end, and a write to it waits: each answered request has to ring it. */
  'a doorbell that is full and blocks': {
    attack: (socket) =>
      again(socket, async (it) => {
        const call = EventFd.create();
        const ring = new GuestRing(it, { call: call.file });
        ring.fill(I2C_READ, [2, 1], 1);
        try {
          ring.offer();
          if (!(await ring.answered(ANSWER_MS))) return;
          call.drain();
          writeSync(call.fd, Buffer.from('feffffffffffffff', 'hex'));
          fcntl(call.fd, F_SETFL, 0);
          it.tell(REQUEST.SET_VRING_CALL, u64(0), [call.file]);
          fcntl(call.fd, F_SETFL, 0);
          ring.offer();
          if (await ring.answered(ANSWER_MS)) carriedOut();
        } finally {
          ring.close();
          call.close();
        }
      }),
  },
};
