import { O_CLOEXEC, O_NONBLOCK, pinned } from './abi.ts';
import { FileDescriptor } from './file-descriptor.ts';
import { cFunction, checked } from './libc.ts';

const CLOCK_MONOTONIC = 1;
/** `struct itimerspec`: interval { sec, nsec }, then the time to the first expiry; 64-bit words. */
const ITIMERSPEC = { INTERVAL_NS: 8, FIRST_NS: 24, BYTES: 32, INTERVAL_S: 0, FIRST_S: 16 } as const;

/**
 * A timer that makes its file readable every so often. Setting the kernel's clock costs more than a system
 * call, on virtual machines much more: a loop that needs a look at the time now and then takes one of these
 * in place of a timeout on every wait.
 */
export class IntervalTimer {
  readonly file: FileDescriptor;
  readonly #count = new Uint8Array(new ArrayBuffer(8));

  constructor() {
    const create = cFunction('int timerfd_create(int clock, int flags)');
    this.file = new FileDescriptor(
      checked('timerfd_create', create(CLOCK_MONOTONIC, O_CLOEXEC | O_NONBLOCK)),
    );
  }

  /** Readable every `ms` from now on; 0 stops it. */
  start(ms: number): void {
    const { view, bytes } = pinned(ITIMERSPEC.BYTES);
    for (const [seconds, nanoseconds] of [
      [ITIMERSPEC.INTERVAL_S, ITIMERSPEC.INTERVAL_NS],
      [ITIMERSPEC.FIRST_S, ITIMERSPEC.FIRST_NS],
    ] as const) {
      view.setBigInt64(seconds, BigInt(Math.floor(ms / 1000)), true);
      view.setBigInt64(nanoseconds, BigInt(Math.round((ms % 1000) * 1e6)), true);
    }
    const set = cFunction('int timerfd_settime(int fd, int flags, const void *value, void *old)');
    checked('timerfd_settime', set(this.file.fd, 0, bytes, null));
  }

  /** Makes the file unreadable until the next expiry. */
  acknowledge(): void {
    // EAGAIN says that it was so already.
    cFunction('int64_t read(int fd, void *buffer, size_t length)')(this.file.fd, this.#count, 8);
  }

  close(): void {
    this.file.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
