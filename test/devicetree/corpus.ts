import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cachedReader, type ParseOptions, type ReadFile } from '../../src/devicetree/index.ts';

/**
 * The Linux 7.2 sources that are handed round beside the project, not in it: `../shared`, or the directory that
 * DTBUS_SHARED names.
 */
const shared = process.env['DTBUS_SHARED'] ?? fileURLToPath(new URL('../../../shared', import.meta.url));
const archive = join(shared, 'corpus', 'linux-7.2-dts.tar.xz');
const sums = join(shared, 'corpus', 'linux-7.2-dts.sha256');

/** Why there is no corpus; undefined where there is one. */
export const NO_CORPUS = existsSync(archive) ? undefined : `${archive} is not there (set DTBUS_SHARED)`;

/** The one header of the sources that Linux keeps among its user-space headers, and what is newer in it. */
const EVENT_CODES = 'include/uapi/linux/input-event-codes.h';
const EVENT_CODES_HERE = '/usr/include/linux/input-event-codes.h';
const NEWER_CODES = `
#define ABS_SND_PROFILE 0x22
#define SND_PROFILE_SILENT 0x00
#define SND_PROFILE_VIBRATE 0x01
#define SND_PROFILE_RING 0x02
`;

export interface Corpus {
  /** The folder that it is unpacked in. */
  readonly root: string;
  readonly files: readonly { readonly path: string; readonly sha256: string }[];
  readonly read: ReadFile;
  options(path: string): ParseOptions;
  remove(): void;
}

export function unpackCorpus(): Corpus {
  const root = mkdtempSync(join(tmpdir(), 'dtbus-corpus-'));
  execFileSync('tar', ['xJf', archive, '-C', root]);
  if (existsSync(EVENT_CODES_HERE)) {
    mkdirSync(join(root, dirname(EVENT_CODES)), { recursive: true });
    writeFileSync(join(root, EVENT_CODES), readFileSync(EVENT_CODES_HERE, 'utf8') + NEWER_CODES);
  }
  const read = cachedReader((path) => {
    try {
      return readFileSync(join(root, path));
    } catch {
      return undefined;
    }
  });
  const lines = readFileSync(sums, 'utf8').trim().split('\n');
  return {
    root,
    files: lines.map((line) => ({ sha256: line.slice(0, 64), path: line.slice(64).trim() })),
    read,
    options: (path) => ({
      readFile: read,
      includePaths: [dirname(path), 'scripts/dtc/include-prefixes'],
      bootCpu: 0,
      symbols: path.endsWith('.dtso'),
    }),
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}
