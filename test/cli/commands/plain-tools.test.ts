import { spawnSync } from 'node:child_process';
import { beforeAll, expect, it } from 'vitest';
import { testFolder } from '../folder.ts';

// A tool that is called without an option of ours does not load what reads them: both ways say and do the same.

const folder = testFolder();
/** Says at the end which way it went. */
let telling: string;
beforeAll(() => {
  telling = folder.write(
    'telling.cjs',
    "process.on('exit', () => process._rawDebug(Object.keys(require('node:module')._cache).some((file) => file.includes('/commander/')) ? 'read our options' : 'read none'));",
  );
});

function dtbus(env: Readonly<Record<string, string>>, ...argv: readonly string[]) {
  const { DTBUS_BOARD: _, DTBUS_CONNECT: __, ...clean } = process.env;
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--require', telling, 'bin/dtbus.js', ...argv],
    { env: { ...clean, ...env }, encoding: 'utf8' },
  );
  const [, said = '', way] = /^(.*?)(read our options|read none)\n$/s.exec(stderr) ?? [];
  return { status, stdout, said, way };
}

it.each([
  { what: 'a register', status: 0, words: ['i2cget', '-y', '1', '0x48', '0'] },
  { what: 'a bus that is not there', status: 1, words: ['i2cget', '-y', '9', '0x48', '0'] },
  { what: 'nothing', status: 1, words: ['i2ctransfer'] },
  { what: 'SPI', status: 0, words: ['spi-config', '-d', '/dev/spidev0.0', '-q'] },
  { what: 'a version', status: 0, words: ['i2cdetect', '-V'] },
])('reads none for $what', ({ status, words: [name = '', ...words] }) => {
  const plain = dtbus({ DTBUS_BOARD: 'dts/demo.dts' }, name, ...words);
  expect(plain).toMatchObject({ status, way: 'read none' });
  expect(plain.stdout + plain.said).not.toBe('');
  expect(dtbus({ DTBUS_CONNECT: '/absent' }, name, '--board', 'dts/demo.dts', ...words)).toEqual(plain);
  const read = dtbus({}, name, '--board=dts/demo.dts', ...words);
  expect(read).toEqual({ ...plain, way: 'read our options' });
});

it.each([
  { what: 'a board that is not there', env: { DTBUS_BOARD: 'absent.dts' }, same: ['--board=absent.dts'] },
  { what: 'a place where nobody serves', env: { DTBUS_CONNECT: '/absent' }, same: ['--connect', '/absent'] },
])('says the same of $what', ({ env, same }) => {
  const plain = dtbus(env, 'i2cget', '-y', '1', '0x48');
  expect(plain).toMatchObject({ status: 1, stdout: '', way: 'read none' });
  expect(plain.said).toMatch(/^dtbus: .*absent/);
  expect(dtbus({}, 'i2cget', ...same, '-y', '1', '0x48')).toEqual({ ...plain, way: 'read our options' });
});

it('reads none where the board alone is named', () => {
  const words = ['-b', 'dts/demo.dts', '-y', '1', '0x48', '0'];
  expect(dtbus({}, 'i2cget', ...words)).toEqual({
    status: 0,
    stdout: '0x19\n',
    said: '',
    way: 'read none',
  });
});

it.each([
  [['-b', 'dts/demo.dts', '-b', 'dts/demo.dts']],
  [['-b', 'dts/demo.dts', '--adopt']],
  [['-bdts/demo.dts']],
  [['--board=dts/demo.dts']],
])('reads our options where there are some: %j', (board) => {
  expect(dtbus({}, 'i2cget', ...board, '-y', '1', '0x48', '0')).toEqual({
    status: 0,
    stdout: '0x19\n',
    said: '',
    way: 'read our options',
  });
});
