import { hexDigits } from '../../bus/words.ts';
import type { ToolIo } from './io.ts';

/** What is read at `register`: one value, or two of neighbours; below 0: it could not be read. */
export type ReadRegisters = (register: number) => Promise<readonly number[]>;

/**
 * i2cdump's table of bytes and characters, sixteen a row, from `first` to `last`. Each cell is printed as
 * soon as it is read. Where the data has an `end`, the rows end there too.
 */
export async function printBytes(
  read: ReadRegisters,
  first: number,
  last: number,
  io: ToolIo,
  end = 256,
): Promise<void> {
  io.stdout.write('     0  1  2  3  4  5  6  7  8  9  a  b  c  d  e  f    0123456789abcdef\n');
  for (let row = first & ~15; row <= last && row < end; row += 16) {
    io.stdout.write(`${hexDigits(row, 2)}: `);
    let characters = '';
    for (let register = row; register < row + 16; ) {
      if (register < first || register > last) {
        io.stdout.write('   ');
        if (register < end) characters += ' ';
        register++;
        continue;
      }
      for (const value of await read(register)) {
        io.stdout.write(value < 0 ? 'XX ' : `${hexDigits(value, 2)} `);
        characters += character(value);
        register++;
      }
    }
    io.stdout.write(`   ${characters}\n`);
  }
}

function character(value: number): string {
  if (value < 0) return 'X';
  if (value === 0x00 || value === 0xff) return '.';
  return value < 0x20 || value >= 0x7f ? '?' : String.fromCharCode(value);
}

/** i2cdump's table of words, eight a row. */
export async function printWords(
  read: (register: number) => Promise<number>,
  first: number,
  last: number,
  io: ToolIo,
): Promise<void> {
  io.stdout.write('     0,8  1,9  2,a  3,b  4,c  5,d  6,e  7,f\n');
  for (let row = first & ~7; row <= last; row += 8) {
    io.stdout.write(`${hexDigits(row, 2)}: `);
    for (let register = row; register < row + 8; register++) {
      if (register < first || register > last) {
        io.stdout.write('     ');
        continue;
      }
      const word = await read(register);
      io.stdout.write(word < 0 ? 'XXXX ' : `${hexDigits(word, 4)} `);
    }
    io.stdout.write('\n');
  }
}
