import {
  ANY_FORMAT,
  createNode,
  createPath,
  formatValue,
  parseValue,
  type ValueFormat,
} from '../../devicetree/index.ts';
import { oneLine } from '../../input/index.ts';
import { inTree, openTree, writeBlob } from './blob-io.ts';
import { type Command, UsageError } from './command.ts';
import type { DtIo } from './dt-io.ts';
import { FORMAT_HELP, valueFormat } from './value-type.ts';

export const FDTPUT: Command = {
  example: 'dtbus fdtput -t s board.dtb /i2c status okay',
  synopsis:
    'fdtput [options] <blob> <node> <property> [<value>...]\n       fdtput -c [options] <blob> [<node>...]\n' +
    '       fdtput -r [options] <blob> [<node>...]\n       fdtput -d [options] <blob> <node> [<property>...]\n\n' +
    'Changes a blob: sets a property to the given values, or as the option says.',
  options: [
    { letter: 'c', long: 'create', help: 'add nodes' },
    { letter: 'r', long: 'remove', help: 'remove nodes and everything below them' },
    { letter: 'd', long: 'delete', help: 'remove properties' },
    { letter: 'p', long: 'auto-path', help: 'create missing parent nodes' },
    { letter: 't', long: 'type', argument: 'type', help: FORMAT_HELP },
    { letter: 'v', long: 'verbose', help: 'print how each value is read' },
  ],
  run: ({ options, operands }, io) => {
    let format = ANY_FORMAT;
    let operation: 'c' | 'r' | 'd' | undefined;
    let autoPath = false;
    let verbose = false;
    for (const { letter, value } of options) {
      if (letter === 't') format = valueFormat(value);
      else if (letter === 'c' || letter === 'r' || letter === 'd') operation = letter;
      else if (letter === 'p') autoPath = true;
      else if (letter === 'v') verbose = true;
    }
    if (format.type === 'r') throw new UsageError('type r (raw bytes) cannot be written; use x with b');
    const [path, ...words] = operands;
    if (path === undefined) throw new UsageError('missing argument: the blob');
    const [node, name, ...values] = words;
    if (node === undefined && (operation === undefined || operation === 'd'))
      throw new UsageError('missing argument: the node');
    if (name === undefined && operation === undefined) throw new UsageError('missing argument: the property');

    const tree = openTree(path, io);
    if (operation === 'c')
      for (const word of words) inTree(word, () => (autoPath ? createPath : createNode)(tree, word));
    else if (operation === 'r') for (const word of words) inTree(word, () => tree.deleteNode(tree.at(word)));
    else if (operation === 'd') {
      for (const word of words.slice(1))
        inTree(node as string, () => tree.deleteProperty(tree.at(node as string), word));
    } else {
      if (autoPath) inTree(node as string, () => createPath(tree, node as string));
      const value = inTree(name as string, () => parseValue(values, format));
      if (verbose) describeValue(values, format, value.length, io);
      inTree(node as string, () => tree.set(tree.at(node as string), asLatin1(name as string), value));
    }
    writeBlob(path, tree.toBlob(), io);
  },
};

function describeValue(words: readonly string[], format: ValueFormat, length: number, io: DtIo): void {
  io.stderr.write('Decoding value:\n');
  const kind = format.size === 1 ? 'byte' : format.size === 2 ? 'short' : 'int';
  for (const word of words) {
    const shown =
      format.type === 's'
        ? `'${oneLine(word)}'`
        : formatValue(parseValue([word], { ...format, size: 4 }), { type: 'i', size: 4 });
    io.stderr.write(`\t${format.type === 's' ? 'string' : kind}: ${shown}\n`);
  }
  io.stderr.write(`Value size ${length}\n`);
}

function asLatin1(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}
