/**
 * x86 keeps the order of loads among themselves and of stores among themselves (Intel SDM 3A, 8.2.2; AMD64 volume 2,
 * 7.2), and the engine compiles accesses to typed arrays in their order. So there a plain load acquires and a plain
 * store releases, as the kernel's `smp_load_acquire` and `smp_store_release` are plain moves there; only a store and a
 * load behind it need a `fence` between them. `Atomics` are calls of functions of the engine, at several times the cost
 * of a move: where the processor keeps the order, the queues use them only for a look that found nothing: a plain one
 * in a loop might be made but once.
 *
 * On other processors every such access is an `Atomics` one.
 */
export const KEEPS_ORDER = process.arch === 'x64' || process.arch === 'ia32';

/** What is used of `WebAssembly`, which Node's types leave to those of browsers. */
interface Engine {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: { readonly f: () => void } };
}

/** A word that nobody else has. */
const own = new Int32Array(new SharedArrayBuffer(4));

/** A thread makes so many fences of `Atomics` before it makes a faster one: the engine takes 0.3 ms and 1 MB for that. */
let untilFast = 1000;
let fast: () => void = slow;

/** What was stored before is seen by all before anything is loaded behind it. For processors that keep order otherwise. */
export function fence(): void {
  if (untilFast > 0) first();
  else fast();
}

function first(): void {
  slow();
  untilFast--;
  if (untilFast === 0) fast = lockedAdd() ?? slow;
}

function slow(): void {
  Atomics.store(own, 0, 0);
}

/**
 * A function of WebAssembly that adds nothing to a word of its own memory, atomically. On x86 that is `lock xadd`, a fence
 * as all locked instructions are (Intel SDM 3A, 8.2.3.9): a call and it take 3 ns, `Atomics.store` takes 7, and
 * `atomic.fence`, which becomes `mfence`, 19. The engine does not move accesses to memory across a call.
 * Undefined where there is no WebAssembly (`--jitless`) or no 10 GB of addresses for its memory (`ulimit -v`).
 */
function lockedAdd(): (() => void) | undefined {
  try {
    const { Module, Instance } = (globalThis as unknown as { WebAssembly: Engine }).WebAssembly;
    return new Instance(new Module(Uint8Array.from(LOCKED_ADD))).exports.f;
  } catch {
    return undefined;
  }
}

// biome-ignore format: each line is a section of the module, as the comment behind it says
const LOCKED_ADD = [
  0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0, // "\0asm", version 1
  1, 4, 1, 0x60, 0, 0, // types: () => ()
  3, 2, 1, 0, // functions: one of the first type
  5, 4, 1, 1, 1, 1, // memory: one page, no more
  7, 5, 1, 1, 0x66, 0, 0, // exports: "f" is the first function
  // code: i32.const 0, i32.const 0, i32.atomic.rmw.add, drop, end
  10, 13, 1, 11, 0, 0x41, 0, 0x41, 0, 0xfe, 0x1e, 2, 0, 0x1a, 0x0b,
];
