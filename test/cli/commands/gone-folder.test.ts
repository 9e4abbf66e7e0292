import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { boardText, testFolder } from '../folder.ts';

/** Commands in a folder that was removed under them, as a build does whose shell stays there. */
const folder = testFolder();
beforeAll(() => {
  folder.write('board.dts', boardText('rom: rom@50 { compatible = "atmel,24c02"; reg = <0x50>; };', ''));
});

/** `@` begins a name in the test's own folder. */
function inGoneFolder(...words: string[]) {
  const whole = words.map((word) => (word.startsWith('@') ? folder.path(word.slice(1)) : word));
  const shell = 'mkdir "$0" && cd "$0" && rmdir "$0" && exec "$@"';
  const argv = ['-c', shell, folder.path('gone'), process.execPath, ...whole];
  const { status, stdout, stderr } = spawnSync('sh', argv, {
    encoding: 'utf8',
    env: { ...process.env, XDG_RUNTIME_DIR: folder.path('') },
  });
  return { status, out: stdout, err: stderr };
}

const dtbus = (...words: string[]) => inGoneFolder(resolve('bin/dtbus.js'), ...words);

describe('where the present folder was removed', () => {
  it.each([
    ['ls', '-b', '@board.dts'],
    ['i2cget', '-b', '@board.dts', '-y', '1', '0x50', '0'],
    ['eeprom', 'info', 'rom', '-b', '@board.dts'],
    ['parts', '-b', '@board.dts'],
    ['init', '@project'],
    ['parts', 'new', 'thermometer', '--folder', '@part'],
  ])('dtbus %s %s %s: works by whole paths', (...words) => {
    expect(dtbus(...words)).toMatchObject({ status: 0, err: '' });
  });

  const GONE = 'the present folder was removed: change to one that is there, as by cd ~\n';

  it.each([
    ['init', 'project'],
    ['up', '@board.dts'],
  ])('dtbus %s %s: says that it needs it, for a name or for a thread', (...words) => {
    expect(dtbus(...words)).toEqual({ status: 1, out: '', err: `dtbus: ${GONE}` });
  });

  it('openBoard says so too', () => {
    const script = `import { openBoard } from '${resolve('dist/src/board/index.js')}';
      await openBoard('${folder.path('board.dts')}').catch(({ name, message }) => console.log(name + ': ' + message));`;
    folder.write('open.mjs', script);
    expect(inGoneFolder('@open.mjs').out).toBe(`BoardError: ${GONE}`);
  });

  it('a file in it cannot be written', () => {
    expect(dtbus('parts', 'new', 'thermometer')).toEqual({
      status: 1,
      out: '',
      err: 'dtbus: cannot write thermometer.mjs: no such file or directory\n',
    });
  });
});
