import { cFunction, checked, ffi } from './libc.ts';

/**
 * Memory that another process shares with us ends this process by SIGBUS when it is touched after its file
 * was made shorter, or when its file system is full. A peer must not be able to do that, so a handler of
 * SIGBUS puts zeros in the place of the whole mapping, and whoever looks learns that it is lost.
 *
 * JavaScript cannot handle this signal: it arises in the middle of compiled code. So the handler is the
 * machine code below, 130 bytes that only make system calls. Linux on x86-64 has it; elsewhere, and where
 * memory cannot be made executable, there is no guard, and only memory that is sealed can be mapped.
 *
 *     handler:  rax = siginfo.si_addr;  r9 = data
 *               for each of data.count ranges, the last first:
 *                   if (start <= rax < end) {
 *                       range.hits++
 *                       mmap(start, end - start, PROT_READ | PROT_WRITE,
 *                            MAP_PRIVATE | MAP_FIXED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
 *                       if it failed: goto die
 *                       return                        // the instruction is run again
 *                   }
 *               if (data.previous is a function) jump to it
 *     die:      rt_sigaction(SIGBUS, SIG_DFL)         // run again, it ends the process as ever
 */
const HANDLER_X64 =
  '488b4610 4c8d0df50f0000 498b4908 4d8d5930' + // si_addr, data, count, ranges
  '48ffc9 7846 493b03 7206 493b4308 7206 4983c318 ebea' + // the loop
  'f049ff4310 498b3b 498b7308 4829fe ba03000000 41ba32400000 4983c8ff 4151 4531c9 b809000000 0f05' + // mmap
  '4159 483d00f0ffff 770c c3' +
  '498b01 4883f801 7602 ffe0' + // the previous handler
  'bf07000000 498d7110 31d2 41ba08000000 b80d000000 0f05 c3'; // the default

const SIGBUS = 7;
const SA_SIGINFO = 0x4;
const SA_ONSTACK = 0x0800_0000;
const SA_NODEFER = 0x4000_0000;
/** `struct sigaction` of glibc and musl on 64 bits: handler, 128 bytes of mask, flags, restorer. */
const SIGACTION = { HANDLER: 0, FLAGS: 136, BYTES: 152 } as const;

const PROT = { READ: 1, WRITE: 2, EXEC: 4 } as const;
const MAP_PRIVATE_ANONYMOUS = 0x22;

/** The code has a page of its own; behind it lie the data, in 64-bit words. */
const CODE_BYTES = 4096;
const DATA_BYTES = 1 << 18;
const DATA = { PREVIOUS: 0, COUNT: 1, RANGES: 6 } as const;
const RANGE = { START: 0, END: 1, HITS: 2, WORDS: 3 } as const;
const MAX_RANGES = Math.floor((DATA_BYTES / 8 - DATA.RANGES) / RANGE.WORDS);

/** A stretch of memory under guard. */
export interface GuardedRange {
  /** True once the memory was gone when it was touched; it holds private zeros since. */
  readonly lost: boolean;
  /** Ends the guard: before the memory is unmapped. */
  release(): void;
}

/** The handler's ranges; undefined where there is no handler, null before anybody asked. */
let words: BigUint64Array | undefined | null = null;
/** The same, for numbers that are small: 32 bits of them at a time. */
let halves = new Int32Array(0);
const free: number[] = [];

/** Guards `length` bytes of memory at `address`. Undefined where that cannot be done. */
export function guardMemory(address: number, length: number): GuardedRange | undefined {
  if (words === null) words = install();
  if (words === undefined) return undefined;
  const table = words;
  const index = free.pop() ?? Number(table[DATA.COUNT]);
  if (index >= MAX_RANGES) return undefined;
  return new Range(table, index, address, address + length);
}

/** A place in the handler's table. A class: of literals with a getter each would be of a kind of its own, and slow to ask. */
class Range implements GuardedRange {
  readonly #table: BigUint64Array;
  readonly #index: number;
  /** Where in `halves` its hits are. */
  readonly #hits: number;
  #released = false;

  constructor(table: BigUint64Array, index: number, start: number, end: number) {
    const at = DATA.RANGES + index * RANGE.WORDS;
    this.#table = table;
    this.#index = index;
    this.#hits = 2 * (at + RANGE.HITS);
    // A fault may come at any time, so a range is set from its start on and taken away from its end.
    Atomics.store(table, at + RANGE.HITS, 0n);
    Atomics.store(table, at + RANGE.START, BigInt(start));
    Atomics.store(table, at + RANGE.END, BigInt(end));
    if (index >= Number(table[DATA.COUNT])) Atomics.store(table, DATA.COUNT, BigInt(index + 1));
  }

  get lost(): boolean {
    return !this.#released && halves[this.#hits] !== 0;
  }

  release(): void {
    if (this.#released) return;
    this.#released = true;
    const at = DATA.RANGES + this.#index * RANGE.WORDS;
    Atomics.store(this.#table, at + RANGE.END, 0n);
    Atomics.store(this.#table, at + RANGE.START, 0n);
    free.push(this.#index);
  }
}

/** Whether memory can be guarded here. */
export function canGuardMemory(): boolean {
  if (words === null) words = install();
  return words !== undefined;
}

/**
 * Makes the handler, once in each thread: it hands on what is not in its own ranges to the one before. Its
 * memory is never given back.
 */
function install(): BigUint64Array | undefined {
  if (process.arch !== 'x64' || process.platform !== 'linux') return undefined;
  const mmap = cFunction(
    'intptr_t mmap(uintptr_t address, size_t length, int protection, int flags, int fd, int64_t offset)',
  );
  const length = CODE_BYTES + DATA_BYTES;
  const address = mmap(0, length, PROT.READ | PROT.WRITE, MAP_PRIVATE_ANONYMOUS, -1, 0);
  if (address === -1) return undefined;
  const code = Buffer.from(HANDLER_X64.replaceAll(' ', ''), 'hex');
  new Uint8Array(ffi().view(address, CODE_BYTES)).set(code);
  const protect = cFunction('int mprotect(uintptr_t address, size_t length, int protection)');
  if (protect(address, CODE_BYTES, PROT.READ | PROT.EXEC) !== 0) {
    cFunction('int munmap(uintptr_t address, size_t length)')(address, length);
    return undefined;
  }
  const data = ffi().view(address + CODE_BYTES, DATA_BYTES);
  const table = new BigUint64Array(data);
  halves = new Int32Array(data);
  const previous = Buffer.alloc(SIGACTION.BYTES);
  const action = Buffer.alloc(SIGACTION.BYTES);
  action.writeBigUInt64LE(BigInt(address), SIGACTION.HANDLER);
  action.writeUInt32LE((SA_SIGINFO | SA_ONSTACK | SA_NODEFER) >>> 0, SIGACTION.FLAGS);
  const sigaction = cFunction('int sigaction(int signal, const void *action, void *previous)');
  checked('sigaction', sigaction(SIGBUS, null, previous));
  table[DATA.PREVIOUS] = previous.readBigUInt64LE(SIGACTION.HANDLER);
  checked('sigaction', sigaction(SIGBUS, action, null));
  return table;
}
