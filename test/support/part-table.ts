import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadModels } from '../../src/sim/index.ts';

/**
 * The table in `src/sim/README.md` of who judged which part, and how: made by the test run from what the suites of
 * Linux's drivers and of npm's kept. Where one of them did not run, the table stays as it is.
 */

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const CACHE = join(ROOT, 'node_modules/.cache/dtbus');
const LINUX = [
  'drivers',
  'sensors',
  'bound',
  'card',
  'nand',
  'pmbus',
  'screens',
  'touch',
  'tpm',
  'typec',
] as const;
const linuxFile = (suite: (typeof LINUX)[number]) => join(CACHE, `linux-${suite}.json`);
const NPM = join(CACHE, 'npm-drivers.json');
const README = join(ROOT, 'src/sim/README.md');
const JUDGES = join(ROOT, 'src/cli/parts/judges.ts');
const BEGIN = '<!-- made by the tests: do not edit -->';
const END = '<!-- until here -->';

/** What Linux's driver made of a part. */
export interface LinuxResult {
  readonly compatible: string;
  /** Empty where none bound. */
  readonly driver: string;
  /** What was compared with what the test had set, in the words of Linux's subsystem. */
  readonly found: readonly { readonly what: string; readonly right: boolean }[];
}

/** What a driver of the registry made of one; see `test/dev/npm-drivers`. */
interface NpmResult {
  readonly compatible: string;
  readonly driver: string;
  readonly version: string;
  readonly expected: Readonly<Record<string, { readonly value: unknown }>>;
  readonly agrees: boolean;
}

/** @param suite the file of `test/sim/linux` that has them */
export function keepLinuxResults(suite: (typeof LINUX)[number], results: readonly LinuxResult[]): void {
  mkdirSync(CACHE, { recursive: true });
  writeFileSync(linuxFile(suite), `${JSON.stringify(results, null, 2)}\n`);
}

/** What an earlier run kept says nothing about this one. */
export function forgetResults(): void {
  for (const file of [...LINUX.map(linuxFile), NPM]) rmSync(file, { force: true });
}

/** Writes the table anew when all suites ran. */
export async function writePartTable(): Promise<void> {
  const files = LINUX.map(linuxFile);
  if (![...files, NPM].every((file) => existsSync(file))) return;
  const resultsOf = (file: string) => JSON.parse(readFileSync(file, 'utf8'));
  const linux = files.flatMap(resultsOf);
  const readme = readFileSync(README, 'utf8');
  const [before, rest = ''] = readme.split(BEGIN);
  const after = rest.split(END)[1];
  if (after === undefined) throw new Error(`${README} has no place for the table of parts`);
  const table = await partTable(linux as LinuxResult[], resultsOf(NPM) as NpmResult[]);
  const text = `${before}${BEGIN}\n\n${table}\n${END}${after}`;
  if (text !== readme) writeFileSync(README, text);
  const module = judgesModule(readJudges(text));
  if (module !== readFileSync(JUDGES, 'utf8')) {
    writeFileSync(JUDGES, module);
    execFileSync('npx', ['biome', 'format', '--write', JUDGES], { cwd: ROOT });
  }
}

/** Who judged which part, by the table: what `dtbus parts NAME` tells. */
export function readJudges(readme: string): Readonly<Record<string, readonly string[]>> {
  const lines = readme.split('\n');
  const rows = lines.slice(lines.indexOf('| --- | --- | --- | --- |') + 1);
  const end = rows.findIndex((line) => !line.startsWith('| '));
  return Object.fromEntries(
    rows.slice(0, end).map((row) => {
      const [, name = '', npm = '', linux = ''] = row.split('|').map((cell) => cell.trim());
      const list = (drivers: string, from: string) =>
        drivers === '' ? [] : drivers.split(', ').map((driver) => `${from}: ${driver}`);
      return [name, [...list(linux, 'Linux'), ...list(npm, 'npm')]];
    }),
  );
}

function judgesModule(judges: ReturnType<typeof readJudges>): string {
  const [before = ''] = readFileSync(JUDGES, 'utf8').split('{\n');
  const rows = Object.entries(judges).map(
    ([name, list]) => `  '${name}': [${list.map((each) => `'${each}'`).join(', ')}],\n`,
  );
  return `${before}{\n${rows.join('')}};\n`;
}

async function partTable(linux: readonly LinuxResult[], npm: readonly NpmResult[]): Promise<string> {
  const judged = [...new Set([...linux, ...npm].map(({ compatible }) => first(compatible)))].sort();
  const rows = judged.map((compatible) => {
    const byLinux = linux.filter((result) => first(result.compatible) === compatible);
    const byNpm = npm.filter((result) => first(result.compatible) === compatible);
    const drivers = byNpm.map(({ driver, version }) => `${driver} ${version}`).join(', ');
    const results = [...new Set([...byLinux.map(linuxResult), ...byNpm.map(npmResult)])];
    const bound = [...new Set(byLinux.map(({ driver }) => driver))].join(', ');
    return `| ${compatible} | ${drivers} | ${bound} | ${results.join('; ')} |`;
  });
  const models = (await loadModels()).models;
  const alone = models.filter(
    ({ compatible }) => !judged.some((name) => compatible.some((own) => bare(own) === bare(name))),
  );
  return [
    '| part | npm driver | Linux driver | result |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
    linuxSummary(linux),
    '',
    `Held to their data sheets only: ${[...new Set(alone.map(({ compatible }) => compatible[0]))].sort().join(', ')}.`,
    '',
  ].join('\n');
}

const BINDS = 'it binds';

/** How many of Linux's drivers bound, and how many did more. */
function linuxSummary(linux: readonly LinuxResult[]): string {
  const bound = linux.filter(({ driver }) => driver !== '');
  const told = bound.filter(
    ({ found }) => found.some(({ what }) => what !== BINDS) && found.every(({ right }) => right),
  );
  const count = (results: readonly LinuxResult[]) => new Set(results.map(({ driver }) => driver)).size;
  return (
    `${count(bound)} of Linux's drivers bound; ${count(told)} of them told what was set on the part, or set it. ` +
    '"N registers are as set": the driver\'s register map was read in debugfs, past its cache, after the test had written ' +
    'other values into the part over its bus.'
  );
}

const first = (compatible: string): string => compatible.split(' ')[0] as string;
const bare = (compatible: string): string => compatible.slice(compatible.indexOf(',') + 1);

function linuxResult({ driver, found }: LinuxResult): string {
  if (driver === '') return 'NO LINUX DRIVER BOUND';
  return found.map(({ what, right }) => (right ? what : `NOT: ${what}`)).join(', ');
}

function npmResult({ expected, agrees, driver }: NpmResult): string {
  const values = Object.entries(expected).map(([name, { value }]) => `${name} ${JSON.stringify(value)}`);
  return `${agrees ? '' : 'NOT: '}${driver}: ${values.join(', ')}`.replaceAll('|', '\\|');
}
