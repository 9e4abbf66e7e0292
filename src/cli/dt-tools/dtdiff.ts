import { diffTrees, formatDiff, isEmptyDiff, resolve, type Tree } from '../../devicetree/index.ts';
import { writeDiagnostic } from '../terminal/diagnostic.ts';
import { type Command, Failure, UsageError } from './command.ts';
import { bytesOf, type DtIo } from './dt-io.ts';
import { INPUT_OPTIONS, type InputSettings, takeInputOption } from './input-options.ts';
import { readTree } from './read-tree.ts';

export const DTDIFF: Command = {
  example: 'dtbus dtdiff before.dts after.dts',
  synopsis:
    'dtdiff [options] <before> <after>\n\nShows what changed between two trees (source, blob or directory), by node.\n' +
    'Exit code: 0 no difference, 1 differences, 2 a tree could not be read.',
  options: INPUT_OPTIONS,
  versionLetter: 'V',
  failureCode: 2,
  run: ({ options, operands }, io) => {
    const settings: InputSettings = { includePaths: [], defines: {}, preprocess: undefined, json: false };
    for (const option of options) takeInputOption(settings, option);
    const [before, after, extra] = operands;
    if (before === undefined || after === undefined || extra !== undefined)
      throw new UsageError('expected two trees');
    const diff = diffTrees(readForDiff(before, settings, io), readForDiff(after, settings, io));
    if (settings.json) io.stdout.write(`${JSON.stringify(diff, bigIntAsHex, 1)}\n`);
    else io.stdout.write(bytesOf(formatDiff(diff)));
    return isEmptyDiff(diff) ? 0 : 1;
  },
};

function readForDiff(path: string, settings: InputSettings, io: DtIo): Tree {
  const { tree, diagnostics } = readTree(path, { ...settings, format: undefined }, io);
  const found = [...diagnostics, ...(tree === undefined ? [] : resolve(tree))];
  const errors = found.filter(({ severity }) => severity === 'error');
  for (const error of errors) writeDiagnostic(error, path, io.stderr);
  if (tree === undefined || errors.length > 0) throw new Failure(`FATAL ERROR: ${path} cannot be compared`);
  return tree;
}

function bigIntAsHex(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? `0x${value.toString(16)}` : value;
}
