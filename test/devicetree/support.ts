import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  compile,
  type Diagnostic,
  type Node,
  type ParseOptions,
  parse,
  type ReadFile,
} from '../../src/devicetree/index.ts';

/** What stands inside of `/dts-v1/; / { … };`. */
export function inRoot(body: string): string {
  return `/dts-v1/; / { ${body} };`;
}

/** The root node of a source that must be right. */
export function rootOf(source: string, options: ParseOptions = {}): Node {
  const { tree, diagnostics } = parse('test.dts', source, options);
  if (tree === undefined) throw new Error(diagnostics.map((d) => `${d.span?.line}: ${d.message}`).join('\n'));
  return tree.root;
}

/** The errors of a source, as `code line.column`. */
export function errorsOf(source: string, options: ParseOptions = {}): readonly string[] {
  return parse('test.dts', source, options)
    .diagnostics.filter((d) => d.severity === 'error')
    .map(shown);
}

export function warningsOf(source: string, options: ParseOptions = {}): readonly string[] {
  return parse('test.dts', source, options)
    .diagnostics.filter((d) => d.severity === 'warning')
    .map(shown);
}

function shown({ code, span }: Diagnostic): string {
  return `${code} ${span?.line}.${span?.column}`;
}

/** A reader over texts by path. */
export function files(texts: Readonly<Record<string, string | Uint8Array>>): ReadFile {
  return (path) => {
    const text = Object.hasOwn(texts, path) ? texts[path] : undefined;
    return typeof text === 'string' ? new TextEncoder().encode(text) : text;
  };
}

export function hex(bytes: Uint8Array | undefined): string {
  return bytes === undefined ? '' : Buffer.from(bytes).toString('hex');
}

/** The blob of a source that must be right. */
export function blobOf(source: string, options: Parameters<typeof compile>[2] = {}): Uint8Array {
  const { blob, diagnostics } = compile('test.dts', source, options);
  if (blob === undefined) throw new Error(diagnostics.map((d) => d.message).join('\n'));
  return blob;
}

function installed(command: string): boolean {
  return spawnSync(command, ['--version'], { stdio: 'ignore' }).status === 0;
}

/** Whether the programs that some expectations come from are there. */
export const HAS_DTC = installed('dtc');
export const HAS_GCC = installed('gcc');

/** The blob that Debian's `dtc` makes of a source; undefined where it refuses it. */
export function dtc(source: string, options: readonly string[] = []): Uint8Array | undefined {
  const directory = mkdtempSync(join(tmpdir(), 'dtc-'));
  try {
    const output = join(directory, 'out.dtb');
    const input = join(directory, 'in.dts');
    writeFileSync(input, source, 'latin1');
    const { status } = spawnSync('dtc', ['-q', '-I', 'dts', '-O', 'dtb', '-o', output, ...options, input]);
    return status === 0 ? readFileSync(output) : undefined;
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** The text that gcc's preprocessor makes of a source, in the kernel's mode. */
export function gcc(source: string): string {
  const mode = ['-E', '-P', '-nostdinc', '-undef', '-D__DTS__', '-x', 'assembler-with-cpp', '-'];
  return execFileSync('gcc', mode, { input: source, encoding: 'latin1' });
}
