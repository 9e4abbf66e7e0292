import { execFileSync, spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { type Board, openBoard, shareBoard } from '../../../src/board/index.ts';
import { layout } from '../../../src/cli/monitor/terminal/layout.ts';
import { Rows } from '../../../src/cli/monitor/terminal/rows.ts';
import { runtimeFolder } from '../folder.ts';

const folder = runtimeFolder();
const hasTmux = spawnSync('tmux', ['-V']).status === 0;
if (!hasTmux) console.info('tmux is not installed (apt install tmux): nobody looks at the terminal');

/** A name of a node that clears the screen of who prints it, as long as that in its place. */
const EVIL = '\x1b[2J@48';
const BOARD = `/dts-v1/;
/ {
	aliases { i2c1 = &bus; };
	bus: i2c { compatible = "platform,virtio-i2c"; #address-cells = <1>; #size-cells = <0>;
		temp: temp@48 { compatible = "national,lm75"; reg = <0x48>; };
		lcd: lcd@27 { compatible = "dtbus,hd44780-pcf8574"; reg = <0x27>; };
	};
	gpio: gpio { compatible = "platform,virtio-gpio"; gpio-controller; #gpio-cells = <2>; ngpios = <1>; gpio-line-names = "button"; };
};
`;
const READ = [
  { addr: 0x48, write: Uint8Array.of(0) },
  { addr: 0x48, read: 2 },
] as const;

/** A terminal of tmux in which `command` runs in a shell, which stays. */
function terminal(command: string, { columns = 80, rows = 24 } = {}) {
  const name = `dtbus-${process.pid}-${Math.random().toString(36).slice(2)}`;
  const tmux = (...argv: string[]) =>
    execFileSync('tmux', ['-L', name, '-f', '/dev/null', ...argv]).toString();
  onTestFinished(() => void spawnSync('tmux', ['-L', name, 'kill-server']));
  const { XDG_RUNTIME_DIR = '', PATH = '' } = process.env;
  tmux(
    ...['new-session', '-d', '-x', `${columns}`, '-y', `${rows}`],
    ...['-e', `XDG_RUNTIME_DIR=${XDG_RUNTIME_DIR}`, '-e', `PATH=${PATH}`, '-e', 'PS1=ready>'],
    `stty -a > ${folder.path('stty-before')}; ${command}; echo "status $?"; stty -a > ${folder.path('stty-after')}; exec cat`,
  );
  const screen = () => tmux('capture-pane', '-p');
  return {
    screen,
    keys: (...keys: string[]) => void tmux('send-keys', ...keys),
    resize: (x: number, y: number) => void tmux('resize-window', '-x', `${x}`, '-y', `${y}`),
    /** Of tmux: `alternate_on`, `cursor_flag`, `pane_title`. */
    flag: (flag: string) => tmux('display-message', '-p', `#{${flag}}`).trim(),
    shows: (what: RegExp, timeout = 15_000) =>
      vi.waitFor(() => expect(screen()).toMatch(what), { timeout, interval: 50 }),
  };
}

const dtbus = createRequire(import.meta.url).resolve('../../../bin/dtbus.js');
const monitor = (file: string, more = '') =>
  `'${process.execPath}' '${dtbus}' monitor --terminal '${file}' ${more}`;

async function served(
  text: string | Uint8Array = BOARD,
  name = 'board.dts',
): Promise<{ file: string; board: Board }> {
  const file = folder.write(name, text);
  const opened = await openBoard(file, { onWarning: () => {} });
  const unshare = await shareBoard(opened, file);
  onTestFinished(async () => {
    unshare();
    await opened.close();
  });
  return { file, board: opened };
}

/** That the terminal is as it was before. */
function expectRestored({ flag }: ReturnType<typeof terminal>): void {
  expect([flag('alternate_on'), flag('cursor_flag'), flag('wrap_flag')]).toEqual(['0', '1', '1']);
  expect(folder.read('stty-after').toString()).toBe(folder.read('stty-before').toString());
}

describe.runIf(hasTmux)('dtbus monitor --terminal, in a terminal of tmux', () => {
  it('shows transfers and parts as they are, and is gone without a trace behind q', async () => {
    const { file, board: shared } = await served();
    const shown = terminal(monitor(file));
    await shown.shows(/^board\.dts {2}0 events {2}following/);
    await shown.shows(/^temp@48 {2}temperature 25 °C/m);
    shared.open('/dev/i2c-1').transferSync(READ);
    await shown.shows(/^ +0\.000000 i2c-1 +0x48 temp@48 +ok +\d+ read TEMP \(0x00\): 19 00/m);
    expect(() => shared.open('/dev/i2c-1').transferSync([{ addr: 0x33, read: 1 }])).toThrow('ENXIO');
    await shown.shows(/^! +\d+\.\d{6} i2c-1 +0x33 +ENXIO/m);
    shared.part('&temp').set('temperature', -5);
    await shown.shows(/^temp@48 {2}temperature -5 °C/m);
    expect(shown.flag('alternate_on')).toBe('1');
    const lines = shown.screen().split('\n');
    expect(lines.length).toBeLessThanOrEqual(25);
    shown.keys('q');
    await shown.shows(/^status 0/m);
    expect(shown.screen()).not.toContain('i2c-1');
    expectRestored(shown);
  });

  it('filters, freezes, scrolls and follows again, and fits another size', async () => {
    const { file, board: shared } = await served();
    const shown = terminal(monitor(file));
    await shown.shows(/0 events/);
    const bus = shared.open('/dev/i2c-1');
    for (let i = 0; i < 40; i++) bus.transferSync([{ addr: 0x48, write: Uint8Array.of(3, i, 0) }]);
    expect(() => bus.transferSync([{ addr: 0x33, read: 1 }])).toThrow('ENXIO');
    await shown.shows(/41 events/);
    await shown.shows(/TOS \(0x03\): 27 00/);
    shown.keys('Home');
    await shown.shows(/frozen/);
    await shown.shows(/TOS \(0x03\): 00 00/);
    bus.transferSync(READ);
    await shown.shows(/42 events/);
    expect(shown.screen()).not.toContain('TEMP');
    shown.keys('Down');
    await vi.waitFor(() => expect(shown.screen()).not.toMatch(/: 00 00/), { timeout: 20_000 });
    expect(shown.screen()).toMatch(/: 01 00/);
    shown.keys('f');
    await shown.shows(/TEMP/);
    shown.keys('/');
    shown.keys('-l', 'exio');
    shown.keys('Enter');
    await shown.shows(/0 of 42 events/);
    shown.keys('/');
    for (let i = 0; i < 4; i++) shown.keys('BSpace');
    shown.keys('-l', '33 enxio');
    shown.keys('Enter');
    await shown.shows(/1 of 42 events/);
    expect(shown.screen()).not.toContain('TOS');
    shown.keys('Escape');
    await shown.shows(/ {2}42 events/);
    shown.resize(40, 10);
    await vi.waitFor(
      () => {
        const lines = shown.screen().replace(/\n$/, '').split('\n');
        expect([lines.length, lines[0]?.slice(0, 20), lines[9]?.slice(0, 7)]).toEqual([
          10,
          'board.dts  42 events',
          'q quit ',
        ]);
      },
      { timeout: 20_000, interval: 50 },
    );
  });

  it('restores the terminal when it is killed', async () => {
    const { file } = await served();
    for (const signal of ['TERM', 'HUP', 'INT']) {
      const shown = terminal(`sh -c 'echo $$ > ${folder.path('pid')}; exec "$@"' sh ${monitor(file)}`);
      await shown.shows(/temp@48 {2}temperature/);
      process.kill(Number(folder.read('pid')), `SIG${signal}`);
      await shown.shows(/^status \d/m);
      expectRestored(shown);
    }
    const shown = terminal(monitor(file));
    await shown.shows(/temp@48 {2}temperature/);
    shown.keys('C-c');
    await shown.shows(/^status \d/m);
    expectRestored(shown);
  });

  it('runs a command, whose output comes behind it, and ends with its exit code', async () => {
    const file = folder.write('alone.dts', BOARD);
    const script = folder.write(
      'read.cjs',
      `const bus = require('i2c-bus').openSync(1);
       console.log('before');
       setInterval(() => { bus.readByteSync(0x48, 0); if (require('fs').existsSync('${folder.path('end')}')) { console.log('after'); process.exit(7); } }, 20);`,
    );
    const shown = terminal(monitor(file, `-- '${process.execPath}' '${script}'`));
    await shown.shows(/read TEMP|read 0x00|temp@48 +ok/);
    expect(shown.screen()).not.toContain('before');
    folder.write('end', '');
    await shown.shows(/before\nafter\nstatus 7/);
    expectRestored(shown);
  });

  it('obeys nothing that strangers have written', async () => {
    const source = folder.write('evil.dts', BOARD);
    const blob = folder.path('plain.dtb');
    execFileSync(process.execPath, [dtbus, 'dtc', '-O', 'dtb', '-o', blob, source]);
    const bytes = folder.read('plain.dtb').toString('latin1').replace('temp@48', EVIL);
    const { file, board: shared } = await served(Buffer.from(bytes, 'latin1'), 'b\u202e\x1b[2J.dtb');
    const shown = terminal(monitor(file));
    await shown.shows(/^b\\u202e\\x1b\[2J\.dtb {2}0 events/);
    await shown.shows(/^\\x1b\[2J@48 {2}temperature 25 °C/m);
    shared.open('/dev/i2c-1').transferSync(READ);
    await shown.shows(/i2c-1 +0x48 \\x1b\[2J@48 ok/);
  });
});

describe('the lines of the terminal', () => {
  const view = (rows: Rows, parts: readonly string[] = []) => ({
    ...{ board: 'b.dts', heading: 'time', rows, parts, trouble: undefined, filter: '', isTyping: false },
  });
  const plain = (_style: string, text: string) => text;

  it('fit any size, parts take a third of it', () => {
    const rows = new Rows();
    for (let i = 0; i < 100; i++) rows.add(` row ${i} ${'x'.repeat(200)}`);
    const parts = Array.from({ length: 30 }, (_, i) => `part${i}`);
    const lines = layout(view(rows, parts), 80, 24, plain);
    expect(lines).toHaveLength(24);
    expect(lines.every((line) => line.length <= 80)).toBe(true);
    expect(lines.slice(15, 23)).toEqual([
      'parts',
      ...['part0', 'part1', 'part2', 'part3', 'part4', 'part5'],
      '… and 24 more',
    ]);
    expect(lines[14]).toMatch(/^ row 99 x/);
    for (const [width, height] of [
      [1, 1],
      [5, 3],
      [20, 4],
      [300, 100],
    ] as const) {
      const small = layout(view(rows, parts), width, height, plain);
      expect(small.length).toBeLessThanOrEqual(height);
      expect(small.every((line) => line.length <= width)).toBe(true);
    }
  });

  it('stay where somebody looks, although the oldest go', () => {
    const rows = new Rows();
    for (let i = 0; i < 50_000; i++) rows.add(` row ${i}`);
    rows.scroll(-100, 10);
    const seen = rows.seen(10);
    for (let i = 50_000; i < 54_000; i++) rows.add(` row ${i}`);
    expect(rows.seen(10)).toEqual(seen);
    rows.scroll(1e9, 10);
    expect([rows.follows, rows.seen(10).at(-1), rows.count]).toEqual([true, ' row 53999', 54_000]);
  });
});

it('without a terminal there is a sentence', () => {
  const asked = spawnSync(
    process.execPath,
    [dtbus, 'monitor', '--terminal', folder.write('board.dts', BOARD)],
    {
      encoding: 'utf8',
    },
  );
  expect([asked.status, asked.stdout]).toEqual([2, '']);
  expect(asked.stderr).toMatch(
    /^dtbus: --terminal needs a terminal, and standard output is none; use dtbus watch for lines/,
  );
});
