import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { testFolder } from '../folder.ts';

const folder = testFolder();
const BOARD = ['-b', 'dts/demo.dts'];
const image = folder.path('image.bin');
writeFileSync(image, Buffer.alloc(32, 0x5a));

function dtbus(words: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const { DTBUS_BOARD: _, NODE_DISABLE_COMPILE_CACHE: __, NODE_V8_COVERAGE: ___, ...clean } = process.env;
  const { status, stdout, stderr } = spawnSync(process.execPath, ['bin/dtbus.js', 'flash', ...words], {
    env: { ...clean, NODE_COMPILE_CACHE: folder.path('code'), ...env },
    encoding: 'utf8',
  });
  // How long it took is another each time.
  return { status, stdout, stderr: stderr.replace(/ in [\d.]+ m?s, .*$/m, '') };
}

/** The same words, read by the command line's parser: `--strict` makes no difference to this board, and it alone knows it. */
const parsed = (words: readonly string[]) => dtbus([...words, '--strict']);

describe('dtbus flash, whose words are read without the parser of the command line', () => {
  it.each([
    ['info', 'flash', ...BOARD],
    ['info', 'flash', '--json', '--live', ...BOARD],
    ['read', 'flash', folder.path('copy'), '--offset', '0x10', '--length', '64', ...BOARD],
    ['read', 'flash', '-', '--length', '4', '--board', 'dts/demo.dts'],
    ['write', 'flash', image, '--force', '--offset', '4k', ...BOARD],
    ['erase', 'flash', '--offset', '4k', '--length', '4k', ...BOARD],
    ['verify', 'flash', image, ...BOARD],
    // What is refused.
    ['read', 'flash', '-', '--offset', 'zz', ...BOARD],
    ['write', 'flash', image, '--length', 'zz', ...BOARD],
    ['erase', 'flash', '--offset', 'zz', ...BOARD],
    ['verify', 'flash', image, '--offset', 'zz', ...BOARD],
    ['info', 'absent', ...BOARD],
    ['read', 'flash', '-', '-b', folder.path('absent.dts')],
  ])('%s %s %s %s %s %s %s: does and says the same', (...words) => {
    const given = words.filter((word) => word !== undefined);
    expect(dtbus(given)).toEqual(parsed(given));
  });

  it.each([
    ['read'],
    ['write', 'flash', ...BOARD],
    ['verify', 'flash', image, 'more', ...BOARD],
    ['info', 'flash', '--force', ...BOARD],
    ['erase', 'flash', '-x', ...BOARD],
    ['frob', 'flash', ...BOARD],
  ])('%s %s %s: what it does not know is the parser’s', (...words) => {
    const { status, stderr } = dtbus(words.filter((word) => word !== undefined));
    expect(status).toBe(2);
    expect(stderr).toMatch(/^dtbus: /);
  });

  it.each([
    ['--offset=0x10', '--length=4'],
    ['--offset', '1', '--offset', '0x10', '--length', '4'],
  ])('takes the parser’s other ways to say it: %s %s', (...options) => {
    expect(dtbus(['read', 'flash', '-', ...options, ...BOARD])).toEqual(
      dtbus(['read', 'flash', '-', '--offset', '0x10', '--length', '4', ...BOARD]),
    );
  });

  it('finds the board of the environment, and the one that is named before it', () => {
    const words = ['read', 'flash', folder.path('from-environment'), '--length', '4'];
    expect(dtbus(words, { DTBUS_BOARD: 'dts/demo.dts' }).status).toBe(0);
    expect(readFileSync(folder.path('from-environment'))).toHaveLength(4);
    expect(dtbus([...words, ...BOARD], { DTBUS_BOARD: 'absent.dts' }).status).toBe(0);
  });

  it('keeps the code of what it does, each of its own', () => {
    const inside = join(folder.path('code'), `dtbus-code-${process.getuid?.() ?? -1}`);
    dtbus(['read', 'flash', '-', '--length', '1', ...BOARD]);
    dtbus(['info', 'flash', ...BOARD]);
    const kept = readdirSync(inside).map((name) => name.split('-').slice(0, 2).join('-'));
    expect(kept).toEqual(expect.arrayContaining(['flash-info', 'flash-read']));
  });
});
