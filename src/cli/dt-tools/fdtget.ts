import {
  ANY_FORMAT,
  FdtError,
  type FlatNode,
  FlatTree,
  formatValue,
  fromBlob,
  toBlob,
  type ValueFormat,
} from '../../devicetree/index.ts';
import { inTree, print, readFile } from './blob-io.ts';
import { type Command, UsageError } from './command.ts';
import type { DtIo } from './dt-io.ts';
import { FORMAT_HELP, valueFormat } from './value-type.ts';

interface Query {
  readonly format: ValueFormat;
  /** Names of properties or of children, instead of a value. */
  readonly list: 'p' | 'l' | undefined;
  /** Printed for what is not there. */
  readonly fallback: string | undefined;
}

export const FDTGET: Command = {
  example: 'dtbus fdtget -t x board.dtb /i2c/temp@48 reg',
  synopsis:
    'fdtget [options] <blob> [<node> <property>]...\n       fdtget -p [options] <blob> [<node>]...\n' +
    '       fdtget -l [options] <blob> [<node>]...\n\nPrints values of properties, or names, one per line.',
  options: [
    { letter: 't', long: 'type', argument: 'type', help: FORMAT_HELP },
    { letter: 'p', long: 'properties', help: 'list the properties of each node' },
    { letter: 'l', long: 'list', help: 'list the children of each node' },
    {
      letter: 'd',
      long: 'default',
      argument: 'value',
      help: 'print this value if the property does not exist',
    },
  ],
  run: ({ options, operands }, io) => {
    let format = ANY_FORMAT;
    let list: Query['list'];
    let fallback: string | undefined;
    for (const { letter, value } of options) {
      if (letter === 't') format = valueFormat(value);
      else if (letter === 'p' || letter === 'l') list = letter;
      else if (letter === 'd') fallback = value;
    }
    const [path, ...wanted] = operands;
    if (path === undefined) throw new UsageError('missing argument: the blob');
    if (wanted.length === 0) return;
    const step = list === undefined ? 2 : 1;
    if (wanted.length % step !== 0)
      throw new UsageError('expected pairs of node and property; the last property is missing');

    const tree = openAnyVersion(path, io);
    for (let i = 0; i < wanted.length; i += step) {
      const nodePath = wanted[i] as string;
      const query = { format, list, fallback };
      const node = orFallback(query, io, nodePath, () => tree.at(nodePath));
      if (node !== undefined) answer(query, tree, node, wanted[i + 1] ?? '', io);
    }
  },
};

/** The tree of a blob, also of one older than what can be edited in place. */
function openAnyVersion(path: string, io: DtIo): FlatTree {
  const bytes = readFile(path, io);
  return inTree(path, () => {
    try {
      return new FlatTree(bytes);
    } catch (error) {
      const { tree } = fromBlob(bytes);
      if (!(error instanceof FdtError) || error.code !== 'FDT_ERR_BADVERSION' || tree === undefined)
        throw error;
      return new FlatTree(toBlob(tree));
    }
  });
}

function answer(query: Query, tree: FlatTree, node: FlatNode, name: string, io: DtIo): void {
  if (query.list === 'p')
    for (const property of tree.properties(node)) print(tree.propertyName(property), io);
  else if (query.list === 'l') for (const child of tree.children(node)) print(tree.name(child), io);
  else {
    const value = orFallback(query, io, name, () => {
      const found = tree.get(node, name);
      if (found === undefined) throw new FdtError('FDT_ERR_NOTFOUND', `${tree.path(node)}:${name}`);
      return found;
    });
    if (value !== undefined)
      print(
        inTree(name, () => formatValue(value, query.format)),
        io,
      );
  }
}

/** What `find` finds; when it finds nothing, prints the fallback, or fails without one. */
function orFallback<T>({ fallback }: Query, io: DtIo, place: string, find: () => T): T | undefined {
  try {
    return inTree(place, find);
  } catch (failure) {
    if (fallback === undefined) throw failure;
    io.stdout.write(`${fallback}\n`);
    return undefined;
  }
}
