import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { commandsOf } from '../commands/commands.ts';
import { EVIL_NAME, FORGED, type HostileBoard, hostileBoard } from './hostile-board.ts';

const parent = mkdtempSync(join(tmpdir(), 'dtbus-control-'));
const at: HostileBoard = hostileBoard(parent);
const sockets = join(parent, `sockets${EVIL_NAME}`);
const beside = (name: string) => join(parent, name);

/**
 * Each command with the board of a stranger, or with its files. What ends with an error counts as much: that is where the
 * strings of the tree are told.
 */
const ROWS: Readonly<Record<string, readonly (readonly string[])[]>> = {
  up: [['up', at.board, '--json', EVIL_NAME]],
  ls: [
    ['ls', at.board],
    ['ls', at.board, '--json'],
    ['ls', '--connect', sockets],
    ['ls', at.board, '-o', at.overlay, '--strict'],
  ],
  run: [
    ['run', at.board, at.script],
    ['run', at.board, `${at.script}x`],
  ],
  demo: [['demo', EVIL_NAME]],
  record: [
    ['record', '-', at.board, at.script],
    ['record', '--since', EVIL_NAME, '-'],
    ['record', '--part', EVIL_NAME, '-', at.board, at.script],
    ['record', join(at.folder, 'x', EVIL_NAME), at.board, at.script],
  ],
  diff: [
    ['diff', at.recording, EVIL_NAME],
    ['diff', at.recording, at.emptyRecording],
    ['diff', at.recording, at.emptyRecording, '--json', '--time'],
  ],
  replay: [
    ['replay', at.recording, at.board, at.script],
    ['replay', at.recording, at.board, '--as', 'controller'],
    ['replay', EVIL_NAME, at.board, at.script],
    ['replay', at.script, at.board, at.script],
  ],
  convert: [
    ['convert', at.script, EVIL_NAME],
    ['convert', EVIL_NAME, beside('x.bus'), '--from', 'bus'],
    ['convert', at.script, join(at.folder, 'x', EVIL_NAME), '--from', 'csv', '--to', 'bus'],
    ['convert', at.recording, beside('x.csv')],
    ['convert', at.recording, beside('x.pcapng')],
  ],
  watch: [
    ['watch', at.board, at.script],
    ['watch', at.board, '--json', at.script],
    ['watch', '--since', EVIL_NAME],
    ['watch', '--last', EVIL_NAME],
    ['watch', '--part', EVIL_NAME, at.board, at.script],
  ],
  parts: [
    ['parts', '-b', at.board],
    ['parts', '-b', at.board, '--json'],
    ['parts', EVIL_NAME],
    ['parts', '--coverage', at.folder],
    ['parts', '--coverage', at.folder, '--json'],
    ['parts', '--coverage', EVIL_NAME],
  ],
  'parts new': [
    ['parts', 'new', EVIL_NAME],
    ['parts', 'new', 'part', '--folder', join(at.folder, 'x', EVIL_NAME)],
    ['parts', 'new', 'part', '--folder', at.script],
  ],
  adapters: [['adapters'], ['adapters', '--json'], ['adapters', 'emulate', EVIL_NAME]],
  init: [['init', at.folder]],
  get: [
    ['get', 'temp', '--connect', sockets],
    ['get', '&gpio', '--connect', sockets, '--json'],
    ['get', EVIL_NAME, '--connect', sockets],
    ['get', 'temp', '-b', at.board],
  ],
  set: [
    ['set', 'temp', `${EVIL_NAME}=1`, '--connect', sockets],
    ['set', 'temp', `temperature=${EVIL_NAME}`, '--connect', sockets],
  ],
  show: [
    ['show', 'oled', '--connect', sockets],
    ['show', EVIL_NAME, '--connect', sockets],
  ],
  inject: [['inject', 'nack', EVIL_NAME, '--connect', sockets]],
  press: [['press', '&gpio', EVIL_NAME, '--connect', sockets]],
  report: [
    ['report', EVIL_NAME, '-o', beside('x.html')],
    ['report', at.recording, '-o', beside(`${EVIL_NAME}/x.html`)],
  ],
  monitor: [
    ['monitor', EVIL_NAME],
    ['monitor', '--port', '1x', EVIL_NAME],
    ['monitor', '--terminal', EVIL_NAME],
    ['monitor', at.board, EVIL_NAME],
  ],
  lab: [['lab', EVIL_NAME]],
  'lab ls': [['lab', 'ls', EVIL_NAME]],
  'lab who': [['lab', 'who', `remote:${beside('x')}${EVIL_NAME}.sock`]],
  'lab queue': [['lab', 'queue', `remote:tls://${EVIL_NAME}`]],
  'lab lock': [['lab', 'lock', 'remote:/none.sock', '--priority', EVIL_NAME]],
  'lab release': [['lab', 'release', `remote:/none.sock/${EVIL_NAME}`, '--why', EVIL_NAME]],
  share: [
    ['share', at.board, '--socket', at.board],
    ['share', at.board, '--listen', EVIL_NAME],
    ['share', at.board, '--nats', EVIL_NAME],
  ],
  serve: [
    ['serve', at.board, '--socket', at.board, '--bus', 'i2c0'],
    ['serve', at.board, '--socket', beside('x'), '--bus', EVIL_NAME],
  ],
  guest: [['guest', at.board, '--kernel', at.image, '--', 'true']],
  i2cdetect: [
    ['i2cdetect', '-l', '-b', at.board],
    ['i2cdetect', '-b', at.board, '-y', '0'],
    ['i2cdetect', '-l', '--json', '-b', at.board],
    ['i2cdetect', '-y', EVIL_NAME, '-b', at.board],
  ],
  i2cget: [
    ['i2cget', '-b', at.board, '-y', '0', '0x11', '0'],
    ['i2cget', '-b', at.board, '-y', '1', '1'],
  ],
  i2cset: [
    ['i2cset', '-b', at.board, '-y', '0', '0x50', '0', '1'],
    ['i2cset', '-b', at.board, '-y', EVIL_NAME, '1', '1'],
  ],
  i2cdump: [['i2cdump', '-b', at.board, '-y', '0', '0x50']],
  i2ctransfer: [
    ['i2ctransfer', '-b', at.board, '-y', '0', 'w1@0x10', EVIL_NAME],
    ['i2ctransfer', '-b', at.board, '-y', '0', 'w2@0x50', '0', '1'],
  ],
  'spi-config': [
    ['spi-config', '-b', at.board, '-d', '/dev/spidev0.0', '-q'],
    ['spi-config', '-b', at.board, '-d', EVIL_NAME, '-q'],
  ],
  'spi-pipe': [['spi-pipe', '-b', at.board, '-d', EVIL_NAME]],
  eeprom: [['eeprom', EVIL_NAME]],
  'eeprom info': [
    ['eeprom', 'info', 'mem', '-b', at.board],
    ['eeprom', 'info', 'mem', '-b', at.board, '--json'],
    ['eeprom', 'info', EVIL_NAME, '-b', at.board],
  ],
  'eeprom read': [
    ['eeprom', 'read', 'mem', '-b', at.board, at.image],
    ['eeprom', 'read', 'mem', '-b', at.board, join(at.folder, 'no', EVIL_NAME)],
  ],
  'eeprom write': [
    ['eeprom', 'write', 'mem', at.image, '-b', at.board],
    ['eeprom', 'write', 'mem', EVIL_NAME, '-b', at.board],
  ],
  'eeprom erase': [['eeprom', 'erase', 'mem', '-b', at.board]],
  'eeprom verify': [['eeprom', 'verify', 'mem', at.image, '-b', at.board]],
  flash: [['flash', EVIL_NAME]],
  'flash info': [
    ['flash', 'info', 'flash', '-b', at.board],
    ['flash', 'info', 'flash', '-b', at.board, '--json'],
  ],
  'flash read': [['flash', 'read', 'flash', '-b', at.board, at.image]],
  'flash write': [['flash', 'write', 'flash', at.image, '-b', at.board]],
  'flash erase': [['flash', 'erase', 'flash', '-b', at.board]],
  'flash verify': [['flash', 'verify', 'flash', at.image, '-b', at.board]],
  dtc: [
    ['dtc', '-O', 'dts', at.board],
    ['dtc', '-I', 'dts', at.image],
    ['dtc', '-O', 'dtb', '-o', at.blob, at.board],
    ['dtc', `${at.board}x`],
  ],
  fdtoverlay: [['fdtoverlay', '-i', at.image, '-o', beside('o.dtb'), at.image]],
  fdtget: [
    ['fdtget', at.image, '/', 'model'],
    ['fdtget', at.blob, '/', EVIL_NAME],
  ],
  fdtput: [['fdtput', at.image, '/', EVIL_NAME, 'x']],
  fdtdump: [
    ['fdtdump', at.blob],
    ['fdtdump', at.image],
  ],
  dtdiff: [
    ['dtdiff', at.board, at.overlay],
    ['dtdiff', at.board, at.blob],
  ],
  completion: [['completion', EVIL_NAME]],
};

/** Prints bytes of the tree as they are, as the original does: what a script would take. */
const RAW_OUTPUT = new Set(['fdtget']);

interface Ended {
  readonly argv: readonly string[];
  readonly out: string;
  readonly err: string;
}

async function dtbus(argv: readonly string[]): Promise<Ended> {
  const child = spawn(process.execPath, [join(process.cwd(), 'bin/dtbus.js'), ...argv], {
    cwd: at.folder,
    timeout: 60_000,
    env: { ...process.env, DTBUS_GUEST_KERNEL: at.image },
  });
  child.stdin.end();
  const text = { out: '', err: '' };
  child.stdout.setEncoding('latin1').on('data', (chunk) => (text.out += chunk));
  child.stderr.setEncoding('latin1').on('data', (chunk) => (text.err += chunk));
  await once(child, 'close');
  return { argv, ...text };
}

/** A byte that a terminal obeys: C0 but tab and newline, DEL, C1 in UTF-8. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: it looks for them.
const OBEYED = /[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]/;

const forged = (text: string) => FORGED.exec(Buffer.from(text, 'latin1').toString())?.[0];

/** One value, or one on each line. */
function parseJson(text: string): unknown {
  return /^\{.*\}\n\{/.test(text)
    ? text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line))
    : JSON.parse(text);
}

let server: ChildProcess;
let told = '';
beforeAll(async () => {
  await dtbus(['dtc', '-O', 'dtb', '-o', at.blob, at.board]);
  server = spawn(process.execPath, [
    'bin/dtbus.js',
    'serve',
    at.board,
    '--socket-dir',
    sockets,
    '--log',
    '--trace',
  ]);
  server.stderr?.setEncoding('latin1').on('data', (chunk) => (told += chunk));
  server.stdout?.setEncoding('latin1').on('data', (chunk) => (told += chunk));
  await vi.waitFor(() => expect(existsSync(join(sockets, 'board.dtb'))).toBe(true), { timeout: 60_000 });
});
afterAll(() => {
  server.kill('SIGKILL');
  rmSync(parent, { recursive: true });
});

const COMMANDS = await commandsOf();

it('has rows for every command', () => {
  expect(Object.keys(ROWS).sort()).toEqual([...COMMANDS].sort());
});

describe.each(Object.keys(ROWS))('dtbus %s', (name) => {
  it('lets no control byte and no line of a tree, a file name or a part through', async () => {
    for (const row of ROWS[name] as readonly (readonly string[])[]) {
      const { argv, out, err } = await dtbus(row);
      for (const text of RAW_OUTPUT.has(name) ? [err] : [err, out])
        expect
          .soft([argv, OBEYED.exec(text)?.[0], forged(text), text])
          .toEqual([argv, undefined, undefined, text]);
      if (argv.includes('--json') && out !== '') expect(() => parseJson(out)).not.toThrow();
      expect(out + err).not.toContain('    at ');
    }
  });
});

it('serve says nothing that a terminal obeys', () => {
  expect(told).toMatch(/ready/);
  expect([OBEYED.exec(told)?.[0], forged(told), told]).toEqual([undefined, undefined, told]);
});
