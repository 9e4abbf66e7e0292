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
export function contentsOf(memory: Contents) {
  return {
    get contents(): Uint8Array {
      return memory.bytes.slice();
    },
    set contents(bytes: Uint8Array) {
      memory.load(bytes);
    },
  };
}
