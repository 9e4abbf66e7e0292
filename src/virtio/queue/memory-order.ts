/**
 * x86 keeps the order of loads among themselves and of stores among themselves (Intel SDM 3A, 8.2.2; AMD64 volume 2,
 * 7.2), and the engine compiles accesses to typed arrays in their order. So there a plain load acquires and a plain
 * store releases, as the kernel's `smp_load_acquire` and `smp_store_release` are plain moves there; only a store and a
 * load behind it need a fence between them. `Atomics` are calls of functions of the engine, at ten times the cost of a
 * move: where the processor keeps the order, the queues use them for such fences, and for a look that found nothing:
 * a plain one in a loop might be made but once.
 *
 * On other processors every such access is an `Atomics` one.
 */
export const KEEPS_ORDER = process.arch === 'x64' || process.arch === 'ia32';

/** A word that nobody else has. */
const own = new Int32Array(new SharedArrayBuffer(4));

/** What was stored before is seen by all before anything is loaded behind it. For processors that keep order otherwise. */
export function fence(): void {
  Atomics.store(own, 0, 0);
}
