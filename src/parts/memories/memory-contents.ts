import type { Contents } from '../model.ts';

/** What a node says of any memory. */
export const CONTENTS_FILE = {
  'dtbus,contents': { type: 'string', doc: 'file that keeps the contents' },
} as const;

/** The property by which tests see and set a memory. */
export const CONTENTS = {
  contents: { kind: 'bytes', doc: 'the whole memory; fewer bytes change its beginning' },
} as const;

/** The value of `CONTENTS`. */
export function contentsOf(memory: Contents): MemoryProperties {
  return new MemoryProperties(memory);
}

class MemoryProperties {
  readonly #memory: Contents;

  constructor(memory: Contents) {
    this.#memory = memory;
  }

  get contents(): Uint8Array {
    return this.#memory.bytes.slice();
  }

  set contents(bytes: Uint8Array) {
    this.#memory.load(bytes);
  }
}
