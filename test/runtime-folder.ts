// Each test file leaves the control sockets of its boards in a folder of its own: boards of other files that run the same
// tree would be told of as running too.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'dtbus-run-'));
process.env['XDG_RUNTIME_DIR'] = folder;
afterAll(() => rmSync(folder, { recursive: true, force: true }));
