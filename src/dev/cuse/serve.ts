import { readSync, writeSync } from 'node:fs';
import { POLL, pollOne } from '../../os/index.ts';
import { errorReply, FUSE_OPCODE } from './fuse-wire.ts';
import type { CuseServer } from './server.ts';

/** The file `/dev/cuse`: both wait in the kernel and throw as node:fs does. */
export interface CuseFile {
  /** Reads one request and says how long it is. */
  read(into: Uint8Array): number;
  write(reply: Uint8Array): void;
  /** Whether the kernel has the node: it takes the answer to `CUSE_INIT` also where the name is taken, and ends the file. */
  isThere(): boolean;
}

/** @param fd the open `/dev/cuse` */
export function cuseFile(fd: number): CuseFile {
  return {
    read: (into) => readSync(fd, into),
    write: (reply) => writeSync(fd, reply),
    isThere: () => (pollOne(fd, 0, 0) & POLL.ERR) === 0,
  };
}

function codeOf(thrown: unknown): unknown {
  return typeof thrown === 'object' && thrown !== null && 'code' in thrown ? thrown.code : undefined;
}

const EIO = 5;
const OPCODE_AT = 4;
const UNIQUE_AT = 8;

/**
 * Waits for one request and answers it; false when the node is gone.
 * @param ready is called once the node exists
 */
export function serveOne<File>(
  file: CuseFile,
  server: CuseServer<File>,
  buffer: Uint8Array,
  ready: () => void,
): boolean {
  let length: number;
  try {
    length = file.read(buffer);
  } catch (thrown) {
    const code = codeOf(thrown);
    // Aborted: by `abort` in sysfs, or since the name is taken.
    if (code === 'ENODEV') return false;
    // The request was taken back before it was read, or another thread's work interrupted the wait.
    if (code === 'ENOENT' || code === 'EINTR' || code === 'EAGAIN') return true;
    throw thrown;
  }
  if (length === 0) return false;
  const request = buffer.subarray(0, length);
  const view = new DataView(request.buffer, request.byteOffset, request.byteLength);
  const reply = server.handle(request);
  if (reply === undefined) return true;
  send(file, reply, view.getBigUint64(UNIQUE_AT, true));
  if (view.getUint32(OPCODE_AT, true) === FUSE_OPCODE.CUSE_INIT && file.isThere()) ready();
  return true;
}

/** Answers requests until the node is gone or `ended` says so. */
export function serve<File>(
  file: CuseFile,
  server: CuseServer<File>,
  buffer: Uint8Array,
  ready: () => void,
  ended: () => boolean,
): void {
  while (!ended() && serveOne(file, server, buffer, ready)) {
    // The work is in the condition.
  }
  server.close();
}

function send(file: CuseFile, reply: Uint8Array, unique: bigint): void {
  try {
    file.write(reply);
  } catch (thrown) {
    // Whoever asked was killed meanwhile, or the node is gone: the next read tells.
    if (codeOf(thrown) === 'ENOENT' || codeOf(thrown) === 'ENODEV') return;
    // A reply that the kernel does not take must not leave a program waiting.
    try {
      file.write(errorReply(unique, EIO));
    } catch {
      // Then nobody waits for it any more.
    }
  }
}
