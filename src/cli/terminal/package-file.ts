import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** Where a file of this package lies on this machine: `README.md`, `bin/dtbus.js`. */
export function packageFile(path: string): string {
  return join(dirname(createRequire(import.meta.url).resolve('dtbus/package.json')), path);
}
