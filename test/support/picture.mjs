/**
 * Makes the pictures of the README: `node test/support/picture.mjs` runs the example of examples/pi and writes
 * `docs/session.svg`, a terminal, and `docs/oled.png`, the display. Needs a build.
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';

const BOARD = 'examples/pi/board.dts';
const COLUMNS = 130;
const dtbus = (...argv) =>
  spawnSync(process.execPath, ['bin/dtbus.js', ...argv], { encoding: 'utf8' })
    .stdout.trimEnd()
    .split('\n');
const lines = [];
const prompt = (command, output) => lines.push(`$ ${command}`, ...output, '');

mkdirSync('docs', { recursive: true });
prompt(`dtbus ls ${BOARD}`, dtbus('ls', BOARD));
const script = spawn(process.execPath, ['bin/dtbus.js', 'run', BOARD, 'examples/pi/thermometer.cjs']);
await new Promise((resolve) => script.stdout.once('data', resolve));
prompt(`dtbus run ${BOARD} thermometer.cjs &`, ['21.5 °C']);
prompt(
  'dtbus set &temp temperature=-5',
  dtbus('set', '&temp', 'temperature=-5', '-b', BOARD).filter(Boolean),
);
// The script prints before it draws: the next line means that the picture before it is complete.
for (let drawn = 0; drawn < 2; drawn++) await new Promise((resolve) => script.stdout.once('data', resolve));
const shown = dtbus('show', '&oled', '-b', BOARD).filter((line) => line.trim() !== '');
prompt('dtbus show &oled', shown);
dtbus('show', '&oled', '--png', 'docs/oled.png', '-b', BOARD);
script.kill('SIGTERM');

const escaped = (text) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;');
const rows = lines.map(
  (line, row) =>
    `<text x="16" y="${30 + row * 17}" xml:space="preserve"${line.startsWith('$') ? ' fill="#8ce99a"' : ''}>${escaped(line)}</text>`,
);
writeFileSync(
  'docs/session.svg',
  `<svg xmlns="http://www.w3.org/2000/svg" width="${COLUMNS * 8.5 + 32}" height="${lines.length * 17 + 40}" font-family="monospace" font-size="14" fill="#e9ecef">
<title>A session: a board is drawn, a script runs on it, a second shell sets the temperature and shows the display</title>
<rect width="100%" height="100%" rx="8" fill="#212529"/>
${rows.join('\n')}
</svg>
`,
);
