import { ffi } from './libc.ts';
import { OsError } from './os-error.ts';

/** Numbers of the generic Linux ABI (x86-64, arm64, riscv64, loong64, ppc64le) that Node does not export. */
export const O_CLOEXEC = 0o2000000;
export const O_NONBLOCK = 0o4000;

export interface PinnedBytes {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  /** Address of the first byte. */
  readonly address: number;
}

/**
 * Bytes whose address stays the same, for structures that point to one another. (A small typed array may lie
 * inside the collected heap and move; one over its own ArrayBuffer does not.)
 */
export function pinned(length: number): PinnedBytes {
  const buffer = new ArrayBuffer(length);
  const bytes = new Uint8Array(buffer);
  return { bytes, view: new DataView(buffer), address: addressOf(bytes) };
}

/** Where the first byte of a `Buffer` is, which never moves: its bytes lie outside of the collected heap. */
export function addressOf(bytes: Uint8Array): number {
  return Number(ffi().address(bytes));
}

/** Structures that hold pointers are laid out here for 64 bits only. @throws {Error} no FFI */
function has64Bits(): boolean {
  return ffi().sizeof('void *') === 8;
}

/** Whether structures that hold pointers can be handed to Linux's calls here: a 64-bit Linux, and FFI. */
export function hasSystemCalls(): boolean {
  try {
    return has64Bits();
  } catch {
    return false;
  }
}

/** @throws {OsError} ENOTSUP where structures that hold pointers are others */
export function need64Bits(syscall: string): void {
  if (!has64Bits()) {
    throw OsError.of(
      syscall,
      'ENOTSUP',
      `sockets with descriptors need a 64-bit Node, this is ${process.arch}`,
    );
  }
}
