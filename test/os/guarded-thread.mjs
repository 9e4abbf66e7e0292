// A thread of sigbus-guard.test.ts, on the compiled package: loses memory of its own, and tells what it saw.
import { ftruncateSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parentPort } from 'node:worker_threads';
import { Mapping } from '../../dist/src/os/index.js';

const folder = mkdtempSync(join(tmpdir(), 'dtbus-guarded-'));
const fd = openSync(join(folder, 'ram'), 'w+');
rmSync(folder, { recursive: true });
ftruncateSync(fd, 4096);
const mapping = Mapping.foreign(fd, 4096);
const bytes = new Uint8Array(mapping.view());
bytes[0] = 7;
ftruncateSync(fd, 0);
parentPort.postMessage([bytes[0], mapping.lost]);
mapping.unmap();
