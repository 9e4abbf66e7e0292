import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('../../../node_modules/.cache/dtbus/standard-firmata', import.meta.url));
/** The package is fetched and not installed: its own dependencies want a compiler. */
const PACKAGE = 'avrgirl-arduino@5.0.1';
const ARCHIVE = 'avrgirl-arduino-5.0.1.tgz';
const MEMBER = 'package/junk/hex/uno/StandardFirmata.cpp.hex';
const SHA256 = '6d57ea7cf30e26c9c2f3a01ee37907d2c951f8bc9c27f84dddad12fa9c8b8f36';

/** The path of StandardFirmata 2.4 for an Uno, in Intel's hex; fetched once. Or a sentence: why it is not there. */
export function standardFirmata(): { readonly path: string } | string {
  const path = join(FOLDER, MEMBER);
  if (!existsSync(path)) {
    mkdirSync(FOLDER, { recursive: true });
    const failure =
      ended('npm', 'pack', PACKAGE, '--silent', '--prefer-offline') ?? ended('tar', '-xzf', ARCHIVE, MEMBER);
    if (failure !== undefined) return failure;
  }
  const found = createHash('sha256').update(readFileSync(path)).digest('hex');
  return found === SHA256 ? { path } : `${path} is another file: expected SHA-256 ${SHA256}, got ${found}`;
}

/** @returns a sentence where it failed */
function ended(program: string, ...argv: readonly string[]): string | undefined {
  const { status, stderr, error } = spawnSync(program, argv, {
    cwd: FOLDER,
    encoding: 'utf8',
    timeout: 120_000,
  });
  return status === 0 ? undefined : `${program} ${argv[0]} failed: ${error?.message ?? stderr.trim()}`;
}
