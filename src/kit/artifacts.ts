import { rmSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { messageOf } from '../bus/index.ts';
import { makeFolders, temporaryFolder, writeFault } from '../input/index.ts';
import type { TestArtifacts } from './session.ts';
import type { Recorder } from './traffic.ts';

/** The folder, where no option names one. */
const VARIABLE = 'DTBUS_ARTIFACTS';
/** 1: with a page of the same. */
const REPORT = 'DTBUS_REPORT';
/** Events that the files of a failed test have at most: the last ones. */
const MOST_EVENTS = 10_000;
const NAME_MAX = 100;

/** A file of a report, as vitest takes one. */
interface Attachment {
  readonly path: string;
  readonly contentType: string;
}

/** What vitest (3.2 and newer) gives a test, and what node:test does. */
interface RunnerContext {
  readonly annotate?: (message: string, attachment: Attachment) => Promise<unknown>;
  readonly task?: { readonly name?: string };
  readonly fullName?: string;
  readonly name?: string;
}

/** Names that this process has given, so that no test of it has the files of another. */
const taken = new Set<string>();

/**
 * Leaves what happened on the board of a failed test as `.bus` and `.vcd`, and as a page where that is wanted: in the folder of `artifacts` or `DTBUS_ARTIFACTS`,
 * and attached to the report of a runner that takes attachments. @returns lines for the error, which name the files
 */
export async function keepArtifacts(
  { recorder, artifacts }: { readonly recorder: Recorder; readonly artifacts: TestArtifacts },
  context: unknown,
): Promise<readonly string[]> {
  const { annotate, task, fullName, name } = (context ?? {}) as RunnerContext;
  const given = artifacts.folder ?? (process.env[VARIABLE] || undefined);
  const attach = typeof annotate === 'function' ? annotate : undefined;
  const isWanted = (given !== undefined || attach !== undefined) && artifacts.label !== undefined;
  if (!isWanted || recorder.traced.length === 0) return [];
  const folder = given === undefined ? temporaryFolder('test') : resolve(given);
  try {
    // vitest's context is a function, which has a name of its own.
    const test = `${fullName ?? task?.name ?? name ?? basename(recorder.name)}${artifacts.label}`;
    const named = freeName(folder, test);
    const files = await writeFiles(recorder, folder, named);
    if (artifacts.report ?? process.env[REPORT] === '1')
      files.push(await writePage(recorder, join(folder, `${named}.html`), test));
    const shown = given === undefined ? [] : files.map(({ path }) => path);
    if (attach !== undefined)
      for (const file of files) {
        const attached = await attach(`traffic: ${basename(file.path)}`, file);
        const path = (attached as { attachment?: { path?: unknown } } | undefined)?.attachment?.path;
        if (given === undefined && typeof path === 'string') shown.push(path);
      }
    return shown.map((path) => `traffic: ${path}`);
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException;
    return [`traffic not kept: ${code === undefined ? messageOf(thrown) : writeFault(folder, thrown)}`];
  } finally {
    if (given === undefined) rmSync(folder, { recursive: true, force: true });
  }
}

/** `reads-the-temperature`, or the same with a number */
function freeName(folder: string, test: string): string {
  const plain = test.replaceAll(/[^\p{L}\p{N}.]+/gu, '-').replaceAll(/^[-.]+|-+$/g, '');
  const short = plain.slice(0, NAME_MAX) || 'test';
  let name = short;
  for (let more = 2; taken.has(join(folder, name)); more++) name = `${short}-${more}`;
  taken.add(join(folder, name));
  return name;
}

async function writeFiles(recorder: Recorder, folder: string, name: string): Promise<Attachment[]> {
  const { writeTrace } = await import('../formats/index.ts');
  const captured = recorder.captured(MOST_EVENTS);
  const files: Attachment[] = [];
  makeFolders(folder);
  for (const format of ['bus', 'vcd'] as const) {
    const path = join(folder, `${name}.${format}`);
    const pieces: Uint8Array[] = [];
    await writeTrace(captured, format, (piece) => pieces.push(Buffer.from(piece)), {
      times: 'rounded',
      describe: true,
      idleNs: undefined,
    });
    writeFileSync(path, Buffer.concat(pieces));
    files.push({ path, contentType: format === 'vcd' ? 'application/x-vcd' : 'text/plain' });
  }
  return files;
}

async function writePage(recorder: Recorder, path: string, test: string): Promise<Attachment> {
  const { reportOf } = await import('../monitor/index.ts');
  writeFileSync(path, await reportOf(test, recorder.captured(MOST_EVENTS)));
  return { path, contentType: 'text/html' };
}
