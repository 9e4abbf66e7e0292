import { cFunction, checked, lastErrno } from './libc.ts';
import { OsError } from './os-error.ts';

/**
 * `ioctl(fd, request, argument)`: the argument is a number, or bytes that the kernel reads or fills.
 * Bytes must be over an ArrayBuffer of their own where they hold addresses.
 * @returns the call's result, 0 or more. @throws {OsError}
 */
export function ioctl(fd: number, request: number, argument: number | Uint8Array): number {
  const call =
    typeof argument === 'number'
      ? cFunction('int ioctl(int fd, unsigned long request, uintptr_t value)')
      : cFunction('int ioctl(int fd, unsigned long request, void *bytes)');
  return checked('ioctl', call(fd, request, argument), `request 0x${request.toString(16)}`);
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
  const call = cFunction('int ioctl(int fd, unsigned long request, uintptr_t value)');
  return new Promise((resolve, reject) => {
    (call as unknown as AsyncIoctl).async(fd, request, address, (error, result) => {
      if (error !== null) reject(error);
      // In the callback koffi has the errno of the thread that made the call: findings/koffi-async-errno.sh.
      else if (result < 0) reject(new OsError('ioctl', lastErrno(), `request 0x${request.toString(16)}`));
      else resolve(result);
    });
  });
}
