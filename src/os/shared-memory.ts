import { fstatSync } from 'node:fs';
import { FileDescriptor } from './file-descriptor.ts';
import { cFunction, checked, ffi, lastErrno } from './libc.ts';
import { OsError } from './os-error.ts';
import { type GuardedRange, guardMemory } from './sigbus-guard.ts';

const MFD_CLOEXEC = 1;
const MFD_ALLOW_SEALING = 2;
const F_ADD_SEALS = 1033;
const F_GET_SEALS = 1034;
const F_SEAL_SHRINK = 2;
const PROT_READ_WRITE = 3;
const MAP_SHARED = 1;

/** Longest single view: V8's limit for a byte array on 64-bit machines. A longer one would end the process. */
export const MAX_VIEW_LENGTH = 2 ** 32;

/**
 * Memory without a name in the file system, `size` bytes of zeros, that can be handed to other processes.
 * Nobody can make it shorter: touching what is no longer there would end this process.
 * @throws {OsError}
 */
export function createMemfd(name: string, size: number): FileDescriptor {
  const create = cFunction('int memfd_create(const char *name, unsigned int flags)');
  const file = new FileDescriptor(checked('memfd_create', create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING)));
  try {
    checked('ftruncate', cFunction('int ftruncate(int fd, int64_t length)')(file.fd, size));
    checked('fcntl', fcntl(file.fd, F_ADD_SEALS, F_SEAL_SHRINK));
  } catch (error) {
    file.close();
    throw error;
  }
  return file;
}

/**
 * Forbids that the file is made shorter. False where the file cannot be sealed: it is no memfd, or one that
 * was made without MFD_ALLOW_SEALING.
 */
export function sealAgainstShrinking(fd: number): boolean {
  if (fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK) === 0) return true;
  const seals = fcntl(fd, F_GET_SEALS, 0);
  return seals >= 0 && (seals & F_SEAL_SHRINK) !== 0;
}

function fcntl(fd: number, command: number, argument: number): number {
  return cFunction('int fcntl(int fd, int command, int argument)')(fd, command, argument);
}

/** So many new views of a mapping, and those that were collected are forgotten. */
const FORGET_AFTER = 1024;

/** Size of an open file in bytes. */
export function fileSize(fd: number): number {
  return fstatSync(fd).size;
}

/**
 * Leaves `buffer` without bytes: views of it become empty and operations on them throw, where otherwise
 * they would touch memory that is not there any more. A byte stream takes over what is put into it (WHATWG
 * Streams, 4.7.3 "enqueue"), and its buffer with it; `structuredClone` does not do it for external memory.
 */
function detach(buffer: ArrayBuffer): void {
  if (buffer.byteLength === 0) return;
  new ReadableStream({ type: 'bytes', start: (controller) => controller.enqueue(new Uint8Array(buffer)) });
}

/** A stretch of a file in this process's memory, shared with everyone who maps it. */
export class Mapping {
  readonly length: number;
  #address: number;
  /** Views that somebody may still have. Those that nobody has any more are forgotten now and then. */
  #views: WeakRef<ArrayBuffer>[] = [];
  #forgetAt = FORGET_AFTER;
  #guard: GuardedRange | undefined;

  /**
   * Maps `length` bytes of `fd` from its start on. The descriptor may be closed afterwards.
   * @throws {OsError} EINVAL when the file is shorter: the pages behind its end could not be touched.
   */
  constructor(fd: number, length: number) {
    if (!Number.isSafeInteger(length) || length <= 0) throw OsError.of('mmap', 'EINVAL', `length ${length}`);
    const size = fileSize(fd);
    if (size < length) {
      throw OsError.of('mmap', 'EINVAL', `invalid length: the file has ${size} bytes, got ${length}`);
    }
    const mmap = cFunction(
      'intptr_t mmap(uintptr_t address, size_t length, int protection, int flags, int fd, int64_t offset)',
    );
    const address = mmap(0, length, PROT_READ_WRITE, MAP_SHARED, fd, 0);
    if (address === -1) throw new OsError('mmap', lastErrno(), `${length} bytes`);
    this.length = length;
    this.#address = address;
  }

  /**
   * Maps a file of somebody else's, who may make it shorter at any time. Where it cannot be sealed against
   * that, touching what is gone finds zeros and sets `lost`.
   * @throws {OsError} EINVAL when the file is shorter; EPERM where it can neither be sealed nor guarded.
   */
  static foreign(fd: number, length: number): Mapping {
    const sealed = sealAgainstShrinking(fd);
    const mapping = new Mapping(fd, length);
    mapping.#guard = guardMemory(mapping.#address, length);
    if (mapping.#guard === undefined && !sealed) {
      mapping.unmap();
      throw OsError.of('mmap', 'EPERM', 'this file can be truncated: use a memfd that allows sealing');
    }
    return mapping;
  }

  /** True once memory of this foreign mapping was gone when it was touched: it holds zeros since. */
  get lost(): boolean {
    return this.#guard?.lost ?? false;
  }

  get isMapped(): boolean {
    return this.#address !== 0;
  }

  /** The bytes `[offset, offset + length)`, live. @throws {RangeError} outside or longer than a view can be. */
  view(offset = 0, length = this.length - offset): ArrayBuffer {
    const inside = offset >= 0 && length > 0 && length <= MAX_VIEW_LENGTH && offset + length <= this.length;
    if (this.#address === 0 || !inside) {
      throw new RangeError(
        `a view of ${length} bytes at ${offset} is outside the mapping of ${this.length} bytes`,
      );
    }
    const view = ffi().view(this.#address + offset, length);
    if (this.#views.length >= this.#forgetAt) {
      this.#views = this.#views.filter((ref) => ref.deref() !== undefined);
      this.#forgetAt = this.#views.length + FORGET_AFTER;
    }
    this.#views.push(new WeakRef(view));
    return view;
  }

  /** Gives the memory back. All views become empty. Again: does nothing. */
  unmap(): void {
    if (this.#address === 0) return;
    const address = this.#address;
    this.#address = 0;
    this.#guard?.release();
    this.#guard = undefined;
    for (const ref of this.#views) {
      const view = ref.deref();
      if (view !== undefined) detach(view);
    }
    this.#views = [];
    checked('munmap', cFunction('int munmap(uintptr_t address, size_t length)')(address, this.length));
  }

  [Symbol.dispose](): void {
    this.unmap();
  }
}
