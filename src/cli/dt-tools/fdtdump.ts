import { DumpError, dumpBlob, findBlob, looksLikeBlob } from '../../devicetree/index.ts';
import { oneLine } from '../../input/index.ts';
import { readFile } from './blob-io.ts';
import { type Command, Failure, UsageError } from './command.ts';
import { bytesOf } from './dt-io.ts';

export const FDTDUMP: Command = {
  example: 'dtbus fdtdump board.dtb',
  synopsis:
    'fdtdump [options] <blob>\n\nPrints the structure of a blob. To read it as source, use dtc -I dtb -O dts.',
  options: [
    { letter: 'd', long: 'debug', help: 'print the offset of each token' },
    { letter: 's', long: 'scan', help: 'search the file for a blob' },
  ],
  run: ({ options, operands }, io) => {
    const debug = options.some(({ letter }) => letter === 'd');
    const scan = options.some(({ letter }) => letter === 's');
    const [path, extra] = operands;
    if (path === undefined || extra !== undefined) throw new UsageError('expected one blob');
    let bytes = readFile(path, io);
    if (scan) {
      const skipped = (offset: number): void => {
        if (debug)
          io.stdout.write(`${oneLine(path)}: skipping fdt magic at offset ${alternateHex(offset)}\n`);
      };
      const found = findBlob(bytes, skipped);
      if (found === undefined) throw new Failure(`FATAL ERROR: ${path}: no blob found in it`);
      io.stdout.write(`${oneLine(path)}: found fdt at offset ${alternateHex(found)}\n`);
      bytes = bytes.subarray(found);
    } else if (!looksLikeBlob(bytes))
      throw new Failure(`FATAL ERROR: ${path}: header is not valid: not a blob, or a truncated one (try -s)`);
    try {
      for (const piece of dumpBlob(bytes, debug)) io.stdout.write(bytesOf(piece));
    } catch (error) {
      if (error instanceof DumpError) throw new Failure(`FATAL ERROR: ${path}: ${error.message}`);
      throw error;
    }
  },
};

function alternateHex(value: number): string {
  return value === 0 ? '0' : `0x${value.toString(16)}`;
}
