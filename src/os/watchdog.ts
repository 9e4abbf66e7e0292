import { cFunction, checked, lastErrno } from './libc.ts';

/*
 * A descriptor that another process shares with us blocks when that process says so: O_NONBLOCK belongs to the
 * open file, not to who holds it. So that a call of ours ends all the same, a signal comes to its thread now and
 * then; what it interrupts fails with EINTR, everything else does not notice.
 */

const CLOCK_MONOTONIC = 1;
const SIGEV_THREAD_ID = 4;
/** A real-time signal that neither the C library nor Node uses. */
const SIGNAL = 50;
/** `struct sigevent`: value, signal, kind, thread. */
const SIGEVENT = { SIGNAL: 8, NOTIFY: 12, THREAD: 16, BYTES: 64 } as const;
/** `struct sigaction` on 64 bits: its handler comes first. */
const SIGACTION_BYTES = 152;
const PERIOD_NS = 100_000_000;

/** Interrupts calls that block in the thread which made it, a tenth of a second after they began at the latest. */
export class Watchdog {
  readonly #timer: number;
  #open = true;

  /** @throws {OsError} */
  constructor() {
    install();
    const event = Buffer.alloc(SIGEVENT.BYTES);
    event.writeInt32LE(SIGNAL, SIGEVENT.SIGNAL);
    event.writeInt32LE(SIGEV_THREAD_ID, SIGEVENT.NOTIFY);
    event.writeInt32LE(cFunction('int gettid()')(), SIGEVENT.THREAD);
    const timer = Buffer.alloc(8);
    const create = cFunction('int timer_create(int clock, void *event, void *timer)');
    checked('timer_create', create(CLOCK_MONOTONIC, event, timer));
    this.#timer = Number(timer.readBigUInt64LE(0));
    const times = Buffer.alloc(32);
    for (const at of [8, 24]) times.writeBigInt64LE(BigInt(PERIOD_NS), at);
    const set = cFunction('int timer_settime(uintptr_t timer, int flags, const void *times, void *before)');
    checked('timer_settime', set(this.#timer, 0, times, null));
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    cFunction('int timer_delete(uintptr_t timer)')(this.#timer);
  }
}

let installed = false;

/** The signal must have a handler that does nothing: `getpid` is one. It must not be SIG_IGN, which interrupts nothing. */
function install(): void {
  if (installed) return;
  const nothing = cFunction('intptr_t dlsym(intptr_t library, const char *name)')(0, 'getpid');
  if (nothing === 0) throw new Error(`dlsym: errno ${lastErrno()}`);
  const action = Buffer.alloc(SIGACTION_BYTES);
  action.writeBigUInt64LE(BigInt(nothing), 0);
  const sigaction = cFunction('int sigaction(int signal, const void *action, void *previous)');
  checked('sigaction', sigaction(SIGNAL, action, null));
  installed = true;
}
