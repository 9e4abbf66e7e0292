import { hexDigits } from '../../bus/words.ts';
import type { ToolIo } from './io.ts';
import { NO_ADAPTER, TableOutput } from './table-output.ts';

/** What is read at `register`: one value, or two of neighbours; below 0: it could not be read. */
type ReadRegisters = (register: number) => Promise<readonly number[]>;

/**
 * i2cdump's table of bytes and characters, sixteen a row, from `first` to `last`. Each cell is printed as
 * soon as it is read. Where the data has an `end`, the rows end there too.
 * @returns false where the adapter is gone: the table ends there
 */
export async function printBytes(
  read: ReadRegisters,
  first: number,
  last: number,
  io: ToolIo,
  end = 256,
): Promise<boolean> {
  const table = new TableOutput(io);
  table.frame('     0  1  2  3  4  5  6  7  8  9  a  b  c  d  e  f    0123456789abcdef\n');
  for (let row = first & ~15; row <= last && row < end; row += 16) {
    table.frame(`${hexDigits(row, 2)}: `);
    let characters = '';
    for (let register = row; register < row + 16; ) {
      if (register < first || register > last) {
        table.frame('   ');
        if (register < end) characters += ' ';
        register++;
        continue;
      }
      for (const value of await read(register)) {
        if (value === NO_ADAPTER) return brokenOff(table);
        table.cell(value < 0 ? 'XX ' : `${hexDigits(value, 2)} `);
        characters += character(value);
        register++;
      }
    }
    table.frame(`   ${characters}\n`);
  }
  return true;
}

function brokenOff(table: TableOutput): false {
  table.breakOff();
  return false;
}

function character(value: number): string {
  if (value < 0) return 'X';
  if (value === 0x00 || value === 0xff) return '.';
  return value < 0x20 || value >= 0x7f ? '?' : String.fromCharCode(value);
}

/** i2cdump's table of words, eight a row. @returns false where the adapter is gone */
export async function printWords(
  read: (register: number) => Promise<number>,
  first: number,
  last: number,
  io: ToolIo,
): Promise<boolean> {
  const table = new TableOutput(io);
  table.frame('     0,8  1,9  2,a  3,b  4,c  5,d  6,e  7,f\n');
  for (let row = first & ~7; row <= last; row += 8) {
    table.frame(`${hexDigits(row, 2)}: `);
    for (let register = row; register < row + 8; register++) {
      if (register < first || register > last) {
        table.frame('     ');
        continue;
      }
      const word = await read(register);
      if (word === NO_ADAPTER) return brokenOff(table);
      table.cell(word < 0 ? 'XXXX ' : `${hexDigits(word, 4)} `);
    }
    table.frame('\n');
  }
  return true;
}
