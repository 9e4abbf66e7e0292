import { describe, expect, it } from 'vitest';
import { BusFault } from '../../../src/bus/index.ts';
import { i2cget } from '../../../src/cli/i2c-tools/i2cget.ts';
import { InputReader, processIo } from '../../../src/cli/i2c-tools/io.ts';
import { strtol } from '../../../src/cli/i2c-tools/numbers.ts';
import { memoryIo } from '../memory-io.ts';

function reader(...chunks: string[]): InputReader {
  async function* stream() {
    for (const chunk of chunks) yield new TextEncoder().encode(chunk);
  }
  return new InputReader(stream());
}

describe('standard input', () => {
  it('comes in lines, however it arrives', async () => {
    const input = reader('on', 'e\ntw', '', 'o\n', 'three');
    expect([
      await input.readLine(),
      await input.readLine(),
      await input.readLine(),
      await input.readLine(),
    ]).toEqual(['one\n', 'two\n', 'three', undefined]);
  });

  it('comes in pieces, of which the rest is kept', async () => {
    const input = reader('abcde', 'fg');
    const text = async (most: number) => Buffer.from(await input.readBytes(most)).toString();
    expect([await text(2), await text(9), await text(1), await text(1), await text(1)]).toEqual([
      'ab',
      'cde',
      'f',
      'g',
      '',
    ]);
  });
});

describe("the process's streams", () => {
  it('do not touch standard input before it is needed', () => {
    const before = process.stdin.listenerCount('readable');
    const io = processIo();
    io.close();
    expect(process.stdin.listenerCount('readable')).toBe(before);
    expect(process.stdin.destroyed).toBe(false);
  });
});

describe('numbers as strtol(3) reads them', () => {
  it.each([
    ['10', 10, ''],
    ['0x1F', 31, ''],
    ['017', 15, ''],
    ['08', 0, '8'],
    ['0x', 0, 'x'],
    ['-5', -5, ''],
    ['+5', 5, ''],
    ['  7', 7, ''],
    ['12abc', 12, 'abc'],
    ['abc', 0, 'abc'],
    ['', 0, ''],
  ])('%j', (text, value, rest) => {
    expect(strtol(text)).toEqual({ value, rest });
  });
});

describe('a node that cannot be opened', () => {
  it('for want of permission is explained as i2c-tools do', async () => {
    const io = memoryIo('');
    const nodes = {
      list: () => [],
      open: () => {
        throw new BusFault('EACCES');
      },
    };
    expect(await i2cget(['-y', '1', '0x50'], nodes, io)).toBe(1);
    expect(io.err()).toBe("Error: Could not open file `/dev/i2c-1': Permission denied\nRun as root?\n");
  });
});

describe('a version', () => {
  it('is told on standard error', async () => {
    const io = memoryIo('');
    expect(
      await i2cget(
        ['-V'],
        {
          list: () => [],
          open: () => {
            throw new BusFault('ENOENT');
          },
        },
        io,
      ),
    ).toBe(0);
    expect(io.err()).toBe('i2cget version 4.3 (dtbus)\n');
  });
});
