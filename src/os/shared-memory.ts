import { fstatSync } from 'node:fs';
import { FileDescriptor } from './file-descriptor.ts';
import { cFunction, checked, ffi, lastErrno } from './libc.ts';
import { OsError } from './os-error.ts';

const MFD_CLOEXEC = 1;
const MFD_ALLOW_SEALING = 2;
const F_ADD_SEALS = 1033;
const F_SEAL_SHRINK = 2;
const PROT_READ_WRITE = 3;
const MAP_SHARED = 1;

/** Longest single view: V8's limit for a byte array on 64-bit machines. A longer one would end the process. */
export const MAX_VIEW_LENGTH = 2 ** 32;

/** Memory without a name in the file system, `size` bytes of zeros, that can be handed to other processes. */
export function createMemfd(name: string, size: number): FileDescriptor {
  const create = cFunction('int memfd_create(const char *name, unsigned int flags)');
  const file = new FileDescriptor(checked('memfd_create', create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING)));
  try {
    checked('ftruncate', cFunction('int ftruncate(int fd, int64_t length)')(file.fd, size));
  } catch (error) {
    file.close();
    throw error;
  }
  return file;
}

/**
 * Forbids that the file is made shorter: touching a mapping past the end of its file kills the process
 * (SIGBUS). False where the file cannot be sealed (not a memfd, or sealed against sealing).
 */
export function sealAgainstShrinking(fd: number): boolean {
  return cFunction('int fcntl(int fd, int command, int argument)')(fd, F_ADD_SEALS, F_SEAL_SHRINK) === 0;
}

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
  readonly #views: ArrayBuffer[] = [];

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
    this.#views.push(view);
    return view;
  }

  /** Gives the memory back. All views become empty. Again: does nothing. */
  unmap(): void {
    if (this.#address === 0) return;
    const address = this.#address;
    this.#address = 0;
    for (const view of this.#views.splice(0)) detach(view);
    checked('munmap', cFunction('int munmap(uintptr_t address, size_t length)')(address, this.length));
  }

  [Symbol.dispose](): void {
    this.unmap();
  }
}
