import { join } from 'node:path';

/** The folder for the code that V8 has made, in what NODE_COMPILE_CACHE names. */
export const codeFolder = (cache: string): string => join(cache, `dtbus-code-${process.getuid?.() ?? -1}`);

/** What a process is started in that keeps its code in `cache`, whatever these tests run in. */
export function keepingIn(cache: string, more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const { DTBUS_BOARD: _, NODE_DISABLE_COMPILE_CACHE: __, NODE_V8_COVERAGE: ___, ...clean } = process.env;
  return { ...clean, NODE_COMPILE_CACHE: cache, ...more };
}
