import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const CACHE = join(ROOT, 'node_modules/.cache/dtbus');
/** Native parts stay unbuilt, so whoever reached the real i2c-bus or spi-device would not get far. */
const NPM = [
  '--ignore-scripts',
  '--no-audit',
  '--no-fund',
  '--prefer-offline',
  '--fetch-retries=1',
  '--fetch-retry-mintimeout=1000',
  '--omit-lockfile-registry-resolved',
];
const NAME = 'npm-drivers';
const TAKEN = ['i2c-bus', 'spi-device'];

interface Manifest {
  readonly dependencies: Record<string, string>;
  /** The native package sleep has a way without its native part up to 3.0.1. */
  readonly overrides: Record<string, string>;
}

const manifest = JSON.parse(readFileSync(join(HERE, 'registry/package.json'), 'utf8')) as Manifest;

/** The versions of the drivers that are installed. */
export const VERSIONS: Readonly<Record<string, string>> = manifest.dependencies;

/** Where the drivers are: as npm installs them, and with npm's overrides pointing at the drop-ins. */
export interface Installed {
  readonly plain: string;
  readonly overridden: string;
}

/** Installs the drivers once for each state of the lock file. Gives a sentence where the registry is out of reach. */
export function installDrivers(): Installed | string {
  const lock = readFileSync(join(HERE, 'registry/package-lock.json'));
  const key = createHash('sha256').update(lock).update(ROOT).digest('hex').slice(0, 16);
  const folder = join(CACHE, `${NAME}-${key}`);
  const installed = { plain: join(folder, 'plain'), overridden: join(folder, 'overridden') };
  removeOthers(folder);
  const failure =
    install(installed.plain, manifest, lock, 'ci') ??
    install(installed.overridden, withOverrides(), lock, 'install');
  if (failure !== undefined) return failure;
  for (const into of Object.values(installed)) cpSync(join(HERE, 'scripts'), into, { recursive: true });
  return installed;
}

/** What was installed for a lock file that is no more. */
function removeOthers(folder: string): void {
  mkdirSync(CACHE, { recursive: true });
  const others = readdirSync(CACHE).filter(
    (name) => name.startsWith(`${NAME}-`) && join(CACHE, name) !== folder,
  );
  for (const name of others) rmSync(join(CACHE, name), { recursive: true, force: true });
}

/** Keeps what the run found out for whoever makes a table of it. */
export function keepResults(results: unknown): void {
  writeFileSync(join(CACHE, `${NAME}.json`), `${JSON.stringify(results, null, 2)}\n`);
}

/** What the README tells to do: the folder as dependency, and everybody's dependency the same. */
function withOverrides(): Manifest {
  const folders = TAKEN.map((name) => [name, `file:${join(ROOT, 'bin/drop-ins', name)}`]);
  const overrides = {
    ...manifest.overrides,
    ...Object.fromEntries(TAKEN.map((name) => [name, `$${name}`])),
  };
  const dependencies = { ...manifest.dependencies, ...Object.fromEntries(folders) };
  return { ...manifest, dependencies, overrides };
}

function install(into: string, packageJson: Manifest, lock: Buffer, command: string): string | undefined {
  const done = join(into, 'node_modules/dtbus');
  if (existsSync(done)) return undefined;
  rmSync(into, { recursive: true, force: true });
  mkdirSync(into, { recursive: true });
  writeFileSync(join(into, 'package.json'), JSON.stringify(packageJson));
  writeFileSync(join(into, 'package-lock.json'), lock);
  const { status, stderr, error } = spawnSync('npm', [command, ...NPM], {
    cwd: into,
    encoding: 'utf8',
    timeout: 120_000,
  });
  if (status !== 0) {
    const [reason = 'it said nothing'] = stderr.match(/(?<=npm error )(?!code |syscall |errno ).+/) ?? [];
    return `npm ${command} failed: ${error?.message ?? reason}`;
  }
  // npm would install into dtbus, too, if it were a dependency.
  symlinkSync(ROOT, done);
  return undefined;
}
