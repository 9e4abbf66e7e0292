import { applyOverlay, FdtError } from '../../devicetree/index.ts';
import { oneLine } from '../../input/index.ts';
import { openTree, writeBlob } from './blob-io.ts';
import { type Command, Failure, UsageError } from './command.ts';

export const FDTOVERLAY: Command = {
  example: 'dtbus fdtoverlay -i board.dtb -o out.dtb overlay.dtbo',
  synopsis:
    'fdtoverlay -i <base> -o <result> <overlay>...\n\nApplies overlays to a base blob, in the given order.',
  options: [
    { letter: 'i', long: 'input', argument: 'blob', help: 'base blob' },
    { letter: 'o', long: 'output', argument: 'blob', help: 'output blob' },
    { letter: 'v', long: 'verbose', help: 'print what is read and written' },
  ],
  run: ({ options, operands }, io) => {
    const last = (wanted: string): string | undefined =>
      options.findLast(({ letter }) => letter === wanted)?.value;
    const input = last('i');
    const output = last('o');
    if (input === undefined) throw new UsageError('missing input file: name the base with -i');
    if (output === undefined) throw new UsageError('missing output file: name the result with -o');
    if (operands.length === 0) throw new UsageError('missing overlay file(s)');
    if (last('v') !== undefined) {
      io.stdout.write(`input  = ${oneLine(input)}\noutput = ${oneLine(output)}\n`);
      for (const [i, path] of operands.entries()) io.stdout.write(`overlay[${i}] = ${oneLine(path)}\n`);
    }
    const base = openTree(input, io);
    const overlays = operands.map((path) => ({ path, tree: openTree(path, io) }));
    for (const { path, tree } of overlays) {
      try {
        applyOverlay(base, tree);
      } catch (error) {
        if (!(error instanceof FdtError)) throw error;
        throw new Failure(`Failed to apply '${path}': ${error.code}: ${error.message}`);
      }
    }
    writeBlob(output, base.toBlob(), io);
  },
};
