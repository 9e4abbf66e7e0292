/**
 * Makes the tables of adapters in `hosts/README.md` from what each folder under `hosts/` says of its adapters.
 * `npm run build && node test/support/adapter-table.mjs` writes them; a test says when they are out of date.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const README = `${ROOT}hosts/README.md`;
const FAULTS = `${ROOT}docs/faults.md`;
export const COMMAND = 'npm run build && node test/support/adapter-table.mjs';
const BEGIN = '<!-- made by test/support/adapter-table.mjs -->';
const END = '<!-- end of what was made -->';

const I2C_FUNC_TENBIT = 0x2;
const I2C_FUNC_FLAGS = { mangling: 0x4, NOSTART: 0x10, RECV_LEN: 0x0100_0000 };
const CPHA = 1;
const CPOL = 2;

/** @returns {Promise<import('../../src/bus/index.ts').AdapterSheet[]>} */
export async function sheetsOf(root = ROOT) {
  const folders = readdirSync(`${root}hosts`, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const doors = folders
    .map(({ name }) => `${root}dist/hosts/${name}/index.js`)
    .filter((door) => existsSync(door))
    .sort();
  const modules = await Promise.all(doors.map((door) => import(door)));
  return modules.flatMap(({ sheets }) => sheets ?? []);
}

function longest({ maxMessageLength, maxWriteLength }) {
  if (maxWriteLength === undefined) return maxMessageLength ?? 'any';
  return `${maxMessageLength ?? 'any'}; written ${maxWriteLength}`;
}

const yesNo = (value) => (value ? 'yes' : 'no');

function clock(hz) {
  if (hz >= 1e6) return `${hz / 1e6} MHz`;
  return `${hz / 1e3} kHz`;
}

function clocks(clocksHz) {
  if (clocksHz === undefined) return 'any';
  if (Array.isArray(clocksHz)) return clocksHz.map(clock).join(', ');
  return `${clock(clocksHz.min)} to ${clock(clocksHz.max)}`;
}

function flags(functionality) {
  const known = Object.entries(I2C_FUNC_FLAGS).filter(([, bit]) => functionality & bit);
  return known.map(([name]) => name).join(', ') || 'none';
}

function wordSizes(mask) {
  if (mask === 0) return '1 to 32';
  const sizes = Array.from({ length: 32 }, (_, bit) => bit + 1).filter((bits) => (mask >>> (bits - 1)) & 1);
  return sizes.join(', ');
}

function spiModes(modes) {
  return [0, 1, 2, 3].filter((mode) => (mode & ~modes & (CPHA | CPOL)) === 0).join(', ');
}

const I2C_COLUMNS = [
  ['adapter', ({ title }) => title],
  ['compatible', ({ compatible }) => `\`${compatible}\``],
  ['repeated START', ({ i2c }) => i2c.repeatedStart],
  ['no data', ({ i2c }) => i2c.zeroLength],
  ['ten-bit', ({ i2c }) => yesNo(i2c.functionality & I2C_FUNC_TENBIT)],
  ['longest message', ({ i2c }) => longest(i2c)],
  ['clocks', ({ i2c }) => clocks(i2c.clocksHz)],
  ['stretching', ({ i2c }) => yesNo(i2c.stretching)],
  ['held SDA', ({ i2c }) => i2c.heldSda ?? 'not seen'],
  ['NACK known for', ({ i2c }) => i2c.nack],
  ['flags', ({ i2c }) => flags(i2c.functionality)],
  ['USB round trips', ({ roundTrips }) => roundTrips ?? ''],
  ['GPIO lines', ({ lines }) => lines ?? 0],
  ['judged by', ({ judges }) => judges],
];

const SPI_COLUMNS = [
  ['adapter', ({ title }) => title],
  ['compatible', ({ compatible }) => `\`${compatible}\``],
  ['modes', ({ spi }) => spiModes(spi.modes)],
  ['bits of a word', ({ spi }) => wordSizes(spi.bitsPerWordMask)],
  ['chip selects', ({ spi }) => spi.chipSelects],
  ['longest while selected', ({ spi }) => spi.maxReadLength ?? 'any'],
  ['both ways at once', ({ spi }) => (spi.fullDuplex === false ? 'if it says so' : 'yes')],
  ['fastest clock', ({ spi }) => (spi.maxSpeedHz === 0 ? 'its own' : clock(spi.maxSpeedHz))],
  ['judged by', ({ judges }) => judges],
];

const GPIO_COLUMNS = [
  ['adapter', ({ title }) => title],
  ['compatible', ({ compatible }) => `\`${compatible}\``],
  ['bias', ({ gpio }) => gpio.bias.join(', ') || 'none'],
  ['drives', ({ gpio }) => gpio.drives.join(', ')],
  ['edges', ({ gpio }) => gpio.edges],
  ['debouncing', ({ gpio }) => yesNo(gpio.debounce)],
  ['judged by', ({ judges }) => judges],
];

/** The faults of a bus that the host of a sheet carries. */
function faults({ KINDS, whyNotCarried, worldOf }, bus, sheet) {
  if (sheet[bus] === undefined) return '';
  const host = { world: worldOf(sheet.compatible), lineFaults: sheet.i2c?.lineFaults ?? [] };
  const kinds = Object.keys(KINDS).filter((kind) => KINDS[kind].on.includes(bus));
  const carried = kinds.filter((kind) => whyNotCarried(kind, host) === undefined);
  return carried.length === kinds.length ? 'all' : carried.map((kind) => `\`${kind}\``).join(', ');
}

const faultColumns = (catalogue) => [
  ['adapter', ({ title }) => title],
  ['compatible', ({ compatible }) => `\`${compatible}\``],
  ['I2C', (sheet) => faults(catalogue, 'i2c', sheet)],
  ['SPI', (sheet) => faults(catalogue, 'spi', sheet)],
];

/** The catalogue of faults. */
export const faultCatalogue = (root = ROOT) => import(`${root}dist/src/faults/index.js`);

function table(columns, sheets) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  const rows = sheets.map((sheet) => line(columns.map(([, cell]) => String(cell(sheet)))));
  return [line(columns.map(([head]) => head)), line(columns.map(() => '---')), ...rows].join('\n');
}

/** The text between the two marks. */
export function tablesOf(sheets, catalogue) {
  return [
    'I2C:',
    table(
      I2C_COLUMNS,
      sheets.filter(({ i2c }) => i2c),
    ),
    'SPI:',
    table(
      SPI_COLUMNS,
      sheets.filter(({ spi }) => spi),
    ),
    'GPIO:',
    table(
      GPIO_COLUMNS,
      sheets.filter(({ gpio }) => gpio),
    ),
    'Faults that can be injected ([docs/faults.md](../docs/faults.md)): a real adapter carries those that are made in its answers.',
    table(
      faultColumns(catalogue),
      sheets.filter(({ i2c, spi }) => i2c || spi),
    ),
  ].join('\n\n');
}

/** The catalogue of faults as a table. */
function catalogueTable({ KINDS }) {
  const columns = [
    ['fault', ([kind]) => `\`${kind}\``],
    [
      'of',
      ([, { on, at }]) => (at === 'line' ? 'GPIO lines' : on.map((bus) => bus.toUpperCase()).join(', ')),
    ],
    ['target', ([, { at }]) => ({ any: 'part or bus', part: 'part', bus: 'bus', line: 'controller' })[at]],
    ['must have', ([, { needs = [] }]) => needs.map((name) => `\`${name}\``).join(', ')],
    ['what it does', ([, { does }]) => does],
  ];
  return table(columns, Object.entries(KINDS));
}

/** The page of faults with its table made anew. */
export function faultsWith(text, catalogue) {
  return between(text, catalogueTable(catalogue), 'docs/faults.md');
}

/** The README with its tables made anew. */
export function readmeWith(text, sheets, catalogue) {
  return between(text, tablesOf(sheets, catalogue), 'hosts/README.md');
}

function between(text, made, file) {
  const from = text.indexOf(BEGIN);
  const to = text.indexOf(END);
  if (from < 0 || to < from) throw new Error(`${file}: marks not found: ${BEGIN} … ${END}`);
  return `${text.slice(0, from + BEGIN.length)}\n\n${made}\n\n${text.slice(to)}`;
}

export const readReadme = () => readFileSync(README, 'utf8');

export const readFaults = () => readFileSync(FAULTS, 'utf8');

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const catalogue = await faultCatalogue();
  writeFileSync(README, readmeWith(readReadme(), await sheetsOf(), catalogue));
  writeFileSync(FAULTS, faultsWith(readFaults(), catalogue));
}
