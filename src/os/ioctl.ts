import { type CFunction, cFunction, checked, lastErrno } from './libc.ts';
import { OsError } from './os-error.ts';

const INTEGER_IOCTL = 'int ioctl(int fd, unsigned long request, uintptr_t value)';
let integerIoctl: CFunction | undefined;

/**
 * `ioctl(fd, request, argument)`: the argument is a number, or bytes that the kernel reads or fills.
 * Bytes must be over an ArrayBuffer of their own where they hold addresses.
 * @returns the call's result, 0 or more. @throws {OsError}
 */
export function ioctl(fd: number, request: number, argument: number | Uint8Array): number {
  const call =
    typeof argument === 'number'
      ? cFunction(INTEGER_IOCTL)
      : cFunction('int ioctl(int fd, unsigned long request, void *bytes)');
  return checked('ioctl', call(fd, request, argument), `request 0x${request.toString(16)}`);
}

/**
 * `ioctl` without an error to make, for calls that often have nothing to give.
 * @param argument a number, or an address of bytes that stay where they are
 * @returns what the call gave, or its errno below zero
 */
export function ioctlOrErrno(fd: number, request: number, argument: number): number {
  integerIoctl ??= cFunction(INTEGER_IOCTL);
  const result = integerIoctl(fd, request, argument);
  return result < 0 ? -lastErrno() : result;
}

type AsyncIoctl = {
  async(...args: [number, number, number, (error: Error | null, result: number) => void]): void;
};

/**
 * `ioctl` in another thread, for calls that may block: JavaScript goes on meanwhile. It cannot be broken off.
 * @param address of pinned bytes, which must stay as they are until it ends
 * @throws {OsError}
 */
export function ioctlAsync(fd: number, request: number, address: number): Promise<number> {
  const call = cFunction(INTEGER_IOCTL);
  return new Promise((resolve, reject) => {
    (call as unknown as AsyncIoctl).async(fd, request, address, (error, result) => {
      if (error !== null) reject(error);
      // In the callback koffi has the errno of the thread that made the call: findings/koffi-async-errno.sh.
      else if (result < 0) reject(new OsError('ioctl', lastErrno(), `request 0x${request.toString(16)}`));
      else resolve(result);
    });
  });
}

/**
 * Numbers of ioctls: direction, size of what the argument points to, type, number (include/uapi/asm-generic/ioctl.h;
 * POWER has three bits of direction).
 */
const IS_POWER = process.arch === 'ppc64';
const SIZE_SHIFT = 16;
const DIRECTION_SHIFT = IS_POWER ? 29 : 30;
const NONE = IS_POWER ? 1 : 0;
const WRITE = IS_POWER ? 4 : 1;
const READ = 2;

/** Largest size that a number can say. */
export const IOCTL_SIZE_MAX = 2 ** (DIRECTION_SHIFT - SIZE_SHIFT) - 1;

function number(direction: number, type: number, nr: number, size: number): number {
  return direction * 2 ** DIRECTION_SHIFT + (size << SIZE_SHIFT) + (type << 8) + nr;
}

/** `_IO`: no argument, or a number. */
export function io(type: number, nr: number): number {
  return number(NONE, type, nr, 0);
}

/** `_IOW`: the kernel reads. */
export function iow(type: number, nr: number, size: number): number {
  return number(WRITE, type, nr, size);
}

/** `_IOR`: the kernel writes. */
export function ior(type: number, nr: number, size: number): number {
  return number(READ, type, nr, size);
}

/** `_IOWR`: both. */
export function iowr(type: number, nr: number, size: number): number {
  return number(READ | WRITE, type, nr, size);
}
