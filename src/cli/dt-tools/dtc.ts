import {
  checkLevels,
  type Diagnostic,
  dtcChecks,
  resolve,
  type Tree,
  toBlob,
  writeAsm,
  writeDts,
  writeYaml,
} from '../../devicetree/index.ts';
import { plainJson } from '../../input/index.ts';
import { writeDiagnostic } from '../terminal/diagnostic.ts';
import { type Command, Failure, UsageError } from './command.ts';
import { bytesOf, type DtIo, reasonOf } from './dt-io.ts';
import { DTC_OPTIONS, DtcSettings } from './dtc-options.ts';
import { formatOfName, type ReadTree, readTree } from './read-tree.ts';

/** Ends the command with dtc's code for a tree that checks refuse. */
class CheckFailure extends Failure {
  override readonly exitCode = 2;
}

export const DTC: Command = {
  example: 'dtbus dtc -O dtb -o board.dtb board.dts',
  synopsis:
    'dtc [options] [<input>]\n\nConverts a device tree between source, blob, directory, YAML and assembler.',
  options: DTC_OPTIONS,
  versionLetter: 'v',
  run: ({ options, operands }, io) => {
    const settings = new DtcSettings(options);
    const [input = '-', extra] = operands;
    if (extra !== undefined) throw new UsageError('expected one input file');
    const checks = dtcChecks();
    const levels = levelsOf(settings, checks);

    const read = readTree(input, { ...settings, format: settings.inFormat }, io);
    const outFormat =
      settings.outFormat ?? formatOfName(settings.output) ?? (read.format === 'dts' ? 'dtb' : 'dts');
    if (settings.annotate > 0 && (read.format !== 'dts' || outFormat !== 'dts'))
      throw new Failure('FATAL ERROR: --annotate requires -I dts -O dts');

    const found: Diagnostic[] = [...read.diagnostics];
    const show = (): void => report(found, settings, input, io);
    if (read.tree === undefined) {
      show();
      throw new Failure(
        read.format === 'dts'
          ? 'FATAL ERROR: Unable to parse input tree'
          : 'FATAL ERROR: Unable to read input tree',
      );
    }
    if (settings.dependencies !== undefined)
      writeDependencies(settings.dependencies, settings.output, read, io);
    const { symbols, aliases, fixups, phandleFormat, sort, bootCpu } = settings;
    found.push(
      ...resolve(read.tree, { checks, levels, symbols, aliases, fixups, phandleFormat, sort, bootCpu }),
    );
    show();
    refuse(
      found,
      checks.map(({ name }) => name),
      settings,
      io,
    );
    writeOutput(write(read, read.tree, outFormat, settings, io), settings.output, io);
  },
};

function levelsOf(
  settings: DtcSettings,
  checks: ReturnType<typeof dtcChecks>,
): ReturnType<typeof checkLevels> {
  try {
    return checkLevels(checks, settings.switches);
  } catch (error) {
    if (error instanceof RangeError)
      throw new Failure(`FATAL ERROR: Unrecognized check name: ${error.message}`);
    throw error;
  }
}

/** Prints what was found, as far as `-q` allows. Errors of the language itself are never kept quiet. */
function report(found: readonly Diagnostic[], settings: DtcSettings, input: string, io: DtIo): void {
  const shown = found.filter(({ severity }) => settings.quiet < (severity === 'warning' ? 1 : 2));
  if (settings.json) io.stderr.write(`${plainJson(shown)}\n`);
  else
    for (const diagnostic of shown) writeDiagnostic(diagnostic, input === '-' ? '<stdin>' : input, io.stderr);
}

/** Ends the command where something cannot be written, or checks failed and nothing forces it. */
function refuse(
  found: readonly Diagnostic[],
  checks: readonly string[],
  settings: DtcSettings,
  io: DtIo,
): void {
  const errors = found.filter(({ severity }) => severity === 'error');
  const failed = errors.filter(({ code }) => checks.includes(code));
  if (failed.length > 0 && !settings.force)
    throw new CheckFailure('ERROR: Input tree has errors, aborting (use -f to force output)');
  if (failed.length < errors.length) throw new Failure('FATAL ERROR: the tree cannot be written');
  if (failed.length > 0 && settings.quiet < 3 && !settings.json)
    io.stderr.write('Warning: Input tree has errors, output forced\n');
}

/** The result; undefined where none is wanted. */
function write(
  read: ReadTree,
  tree: Tree,
  format: string,
  settings: DtcSettings,
  io: DtIo,
): Uint8Array | undefined {
  try {
    switch (format) {
      case 'dts':
        return bytesOf(writeDts(tree, { annotate: Math.min(settings.annotate, 2) as 0 | 1 | 2 }));
      case 'dtb':
        return blobOf(tree, settings, io);
      case 'asm':
        return bytesOf(writeAsm(tree, settings.blob));
      case 'yaml':
        if (read.format !== 'dts')
          throw new Failure('FATAL ERROR: YAML output format requires dts input format');
        return bytesOf(writeYaml(tree));
      case 'null':
        return undefined;
      default:
        throw new Failure(`FATAL ERROR: Unknown output format "${format}"; use dts, dtb, yaml, asm or null`);
    }
  } catch (error) {
    if (error instanceof RangeError) throw new Failure(`FATAL ERROR: ${error.message}`);
    throw error;
  }
}

function blobOf(tree: Tree, { blob: options, quiet }: DtcSettings, io: DtIo): Uint8Array {
  const blob = toBlob(tree, options);
  const { space = 0, align = 0 } = options;
  const wanted = align > 0 ? Math.ceil(space / align) * align : space;
  if (space > 0 && blob.length > wanted && quiet < 1)
    io.stderr.write(`Warning: the blob is larger than the ${space} bytes of -S\n`);
  return blob;
}

function writeOutput(bytes: Uint8Array | undefined, path: string, io: DtIo): void {
  try {
    if (bytes !== undefined) io.writeFile(path, bytes);
  } catch (error) {
    throw new Failure(`FATAL ERROR: Couldn't open output file ${path}: ${reasonOf(error)}`);
  }
}

/** `output: what was read`, in the form that make includes. */
function writeDependencies(path: string, output: string, read: ReadTree, io: DtIo): void {
  const line = [`${output}:`, ...read.dependencies].map((file) => file.replaceAll(' ', '\\ ')).join(' ');
  try {
    io.writeFile(path, new TextEncoder().encode(`${line}\n`));
  } catch (error) {
    throw new Failure(`FATAL ERROR: Couldn't open dependency file ${path}: ${reasonOf(error)}`);
  }
}
