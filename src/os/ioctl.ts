import { cFunction, checked } from './libc.ts';

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
