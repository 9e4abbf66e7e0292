/**
 * Memory that two threads share, as weak as JavaScript's memory model lets it be: what is stored plainly may be
 * seen late, and what is loaded plainly may be old. Only `Atomics` and a fence give order: a store and a fence publish all
 * stores before them, a load sees all that was published.
 *
 * Both threads run here, in one: at each access a schedule may let the other run for a while first.
 */

/** How plain accesses behave in a run. */
export interface Weakness {
  /**
   * Stores are seen at once, at the next `Atomics.store`, in their order but the last one late, or every second one at
   * once: out of order.
   */
  readonly stores: 'at once' | 'late' | 'in order' | 'out of order';
  /** Loads give what is there now, or what was there at the last `Atomics.load`. */
  readonly loads: 'fresh' | 'old';
}

/** A mistake that the queues do not make: their `Atomics` do less than they should. */
export type Fault =
  | 'none'
  | 'store without order'
  | 'load without order'
  | 'store after later loads'
  | 'no fence';

interface Write {
  readonly at: number;
  readonly bytes: Uint8Array;
}

/** What one thread knows. */
interface ThreadView {
  /** Stores that the other does not see yet. */
  pending: Write[];
  /** Memory as it was at the last acquire, with the thread's own stores. */
  old: Uint8Array;
  stores: number;
}

type WordArray = Int32Array | Uint16Array | Uint32Array;

export class WeakMemory {
  readonly #main: Uint8Array;
  readonly #threads: [ThreadView, ThreadView];
  readonly #weakness: Weakness;
  readonly #fault: Fault;
  readonly #bases = new WeakMap<object, { array: WordArray; at: number }>();
  /** Who runs, and what is asked before each access. */
  thread: 0 | 1 = 0;
  beforeAccess: () => void = () => {};
  /** While false all accesses are ordered: before both threads start. */
  weak = false;

  constructor(bytes: number, weakness: Weakness, fault: Fault) {
    this.#main = new Uint8Array(bytes);
    const view = () => ({ pending: [], old: new Uint8Array(bytes), stores: 0 });
    this.#threads = [view(), view()];
    this.#weakness = weakness;
    this.#fault = fault;
  }

  /** A typed array of it in the place of `array`, which lies `at` bytes into the rings' memory. */
  wrap<T extends WordArray>(array: T, at: number): T {
    const wrapped = new Proxy(array, {
      get: (target, key) => {
        if (typeof key === 'string' && /^\d+$/.test(key)) return this.#plainLoad(target, at, Number(key));
        if (key === 'fill') return (value: number) => this.#fill(target, at, value);
        if (key === 'length') return target.length;
        throw new Error(`the queues use ${String(key)} of a view`);
      },
      set: (target, key, value: number) => {
        this.#plainStore(target, at, Number(key), value);
        return true;
      },
    });
    this.#bases.set(wrapped, { array, at });
    return wrapped;
  }

  /** In the place of the global `Atomics`. */
  get atomics(): Pick<typeof Atomics, 'load' | 'store'> {
    const load = (array: object, index: number): number => {
      const base = this.#bases.get(array);
      // Words of a thread's own: a fence.
      if (base === undefined) {
        this.#acquire();
        return 0;
      }
      this.#access();
      if (this.#fault === 'load without order' && this.weak) return this.#read(base.array, base.at, index);
      const value = this.#read(base.array, base.at, index);
      this.#acquire();
      return value;
    };
    const store = (array: object, index: number, value: number): number => {
      const base = this.#bases.get(array);
      if (base === undefined) {
        this.#publish();
        return value;
      }
      if (this.#fault === 'store without order' && this.weak) {
        this.#plainStore(base.array, base.at, index, value);
        return value;
      }
      this.#access();
      const late = this.#fault === 'store after later loads' && this.weak;
      if (late) this.#publish();
      const write = writeOf(base.array, base.at, index, value);
      this.#me.pending.push(write);
      apply(this.#me.old, write);
      if (!late) this.#publish();
      return value;
    };
    return { load, store } as unknown as Pick<typeof Atomics, 'load' | 'store'>;
  }

  /** In the place of the queues' `fence`. */
  fence(): void {
    if (this.#fault !== 'no fence' || !this.weak) this.#publish();
  }

  /** Everything that was stored becomes visible: at the end of a thread's work. */
  settle(): void {
    this.#publish();
  }

  get #me(): ThreadView {
    return this.#threads[this.thread];
  }

  #access(): void {
    if (this.weak) this.beforeAccess();
  }

  #publish(): void {
    for (const write of this.#me.pending) apply(this.#main, write);
    this.#me.pending = [];
  }

  #acquire(): void {
    this.#me.old = this.#main.slice();
    for (const write of this.#me.pending) apply(this.#me.old, write);
  }

  /** What is there now, and the thread's own stores; or what `from` says. */
  #read(array: WordArray, at: number, index: number, from?: Uint8Array): number {
    const size = array.BYTES_PER_ELEMENT;
    const start = at + index * size;
    let bytes = from ?? this.#main;
    if (from === undefined && this.#me.pending.length > 0) {
      bytes = this.#main.slice();
      for (const write of this.#me.pending) apply(bytes, write);
    }
    const view = new DataView(bytes.buffer, start, size);
    if (array instanceof Uint16Array) return view.getUint16(0, true);
    return array instanceof Int32Array ? view.getInt32(0, true) : view.getUint32(0, true);
  }

  #plainLoad(array: WordArray, at: number, index: number): number {
    this.#access();
    const old = this.weak && this.#weakness.loads === 'old' ? this.#me.old : undefined;
    return this.#read(array, at, index, old);
  }

  #plainStore(array: WordArray, at: number, index: number, value: number): void {
    this.#access();
    const me = this.#me;
    const write = writeOf(array, at, index, value);
    apply(me.old, write);
    me.stores++;
    const { stores } = this.#weakness;
    const atOnce = !this.weak || stores === 'at once' || (stores === 'out of order' && me.stores % 2 === 0);
    if (!atOnce) {
      if (stores === 'in order') this.#publish();
      me.pending.push(write);
      return;
    }
    // An older store to the same place never comes after it.
    me.pending = me.pending.filter((other) => other.at !== write.at);
    apply(this.#main, write);
  }

  #fill(array: WordArray, at: number, value: number): void {
    for (let i = 0; i < array.length; i++) this.#plainStore(array, at, i, value);
  }
}

function writeOf(array: WordArray, at: number, index: number, value: number): Write {
  const View = array.constructor as unknown as { of(value: number): WordArray };
  return {
    at: at + index * array.BYTES_PER_ELEMENT,
    bytes: new Uint8Array(View.of(value).buffer as ArrayBuffer),
  };
}

function apply(memory: Uint8Array, { at, bytes }: Write): void {
  memory.set(bytes, at);
}
