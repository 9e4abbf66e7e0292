import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const README = readFileSync('README.md', 'utf8');

/** The blocks of code of a section, by their language. */
function blocks(heading: string, language: string): string[] {
  const section = README.split(/^## /m).find((text) => text.startsWith(`${heading}\n`)) ?? '';
  const all = section.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, 'gms'));
  return [...all].map(([, text]) => text as string);
}

/** A folder of somebody who has installed the package, with the boards that come with it. */
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'dtbus-readme-'));
  mkdirSync(join(folder, 'node_modules', '.bin'), { recursive: true });
  symlinkSync(resolve('.'), join(folder, 'node_modules', 'dtbus'));
  symlinkSync(resolve('bin/dtbus.js'), join(folder, 'node_modules', '.bin', 'dtbus'));
  symlinkSync(resolve('dts'), join(folder, 'dts'));
  writeFileSync(join(folder, 'read.mjs'), blocks('The first script', 'ts')[0] as string);
});
afterAll(() => rmSync(folder, { recursive: true }));

function shell(command: string) {
  const PATH = `${join(folder, 'node_modules', '.bin')}:${process.env['PATH']}`;
  const { DTBUS_BOARD: _, ...env } = process.env;
  const { status, stdout, stderr } = spawnSync('sh', ['-c', command], {
    timeout: 200_000,
    cwd: folder,
    env: { ...env, PATH },
    encoding: 'latin1',
  });
  return { status, out: stdout, err: stderr };
}

describe('what the README shows works as printed', () => {
  it('the first script', () => {
    const { status, out, err } = shell('node read.mjs');
    expect({ status, err }).toEqual({ status: 0, err: '' });
    expect(out).toBe('Uint8Array(2) [ 31, 128 ]\nffef4014\n');
  });

  const commands = (blocks('The command line', 'sh')[0] ?? '')
    .split('\n')
    .map((line) => line.replace(/ +#.*/, ''));
  it('the command line has something of every kind', () => expect(commands.length).toBeGreaterThan(8));
  it.each(commands.filter((line) => line.startsWith('dtbus')))('%s', (command) => {
    expect(shell(command)).toMatchObject({ status: 0 });
  });

  it('the lines of GPIO controllers', () => {
    const [text] = blocks('GPIO lines and interrupts', 'ts');
    writeFileSync(
      join(folder, 'lines.mjs'),
      `import { openBoard } from 'dtbus'; const board = await openBoard('dts/demo.dts');\n${text}await board.close();\n`,
    );
    expect(shell('node lines.mjs')).toEqual({ status: 0, out: 'true\n', err: '' });
  });

  it('tests with a board of their own', () => {
    const [text] = blocks('Tests', 'ts');
    writeFileSync(
      join(folder, 'board.dts'),
      '/include/ "dts/demo.dts"\n&{/i2c} { light: light@23 { compatible = "rohm,bh1750"; reg = <0x23>; }; };',
    );
    writeFileSync(
      join(folder, 'kit.test.mjs'),
      `${text}
       async function readLight(i2c) {
         await i2c.transfer([{ addr: 0x23, write: Uint8Array.of(1) }]);
         await i2c.transfer([{ addr: 0x23, write: Uint8Array.of(0x20) }]);
         await new Promise((resolve) => setTimeout(resolve, 180));
         const [[high, low]] = await i2c.transfer([{ addr: 0x23, read: 2 }]);
         return (high * 256 + low) / 1.2;
       }
       const readTemperature = (i2c) => i2c.transferSync([{ addr: 0x48, read: 2 }])[0][0];
       test('seen to fail', boardTest('board.dts', (board) => assertSent(board, { part: '&temp', read: true })));`,
    );
    const { status, out } = shell('node --test --test-reporter=tap kit.test.mjs');
    expect(out).toContain('# pass 2');
    expect(out).toContain('# fail 1');
    expect(out).toContain('not sent: &temp: read');
    expect(status).toBe(1);
  });

  it('boards beside a test and in it, and the error for what is misspelt', () => {
    const text = blocks('Tests', 'ts').find((block) => block.includes('besideThis')) as string;
    writeFileSync(join(folder, 'board.dts'), '/include/ "dts/demo.dts"');
    writeFileSync(
      join(folder, 'beside.mjs'),
      `import { openBoard } from 'dtbus';\n${text.replace(/^(.*temprature.*)$/m, 'try { $1\n} catch (error) { console.log(String(error)); }')}
       console.log(inTheTest.nodes.list().length);
       await besideThis.close();
       await inTheTest.close();`,
    );
    expect(shell('node beside.mjs')).toEqual({
      status: 0,
      out: 'PartError: not found: temprature of /i2c/temp@48; it has: temperature (did you mean temperature)\n0\n',
      err: '',
    });
  });

  it('the board of its own: only the adapter is missing', () => {
    writeFileSync(
      join(folder, 'own.dts'),
      (blocks('A board of your own', 'dts')[0] as string).replace('/dev/ttyUSB0', '/dev/nowhere'),
    );
    const looked = shell('dtbus ls own.dts');
    expect(looked.out).toContain('LM75');
    expect(looked.err).toBe('');
    expect(shell('dtbus i2cget -b own.dts -y 1 0x50 0').err).toMatch(
      /^dtbus: own\.dts:18:\d+: \/hosts\/bus-pirate: ENODEV: not found: \/dev\/nowhere.*\n$/m,
    );
  });
});
