import { loadCatalogue } from '../../board/index.ts';
import { plainJson } from '../../input/index.ts';
import { packageFile } from '../terminal/package-file.ts';
import { type Paint, paintFor } from '../terminal/style.ts';
import { warn } from '../terminal/warn.ts';
import { showBoardParts } from './board-parts.ts';
import { exampleNode, exampleScript } from './example-node.ts';
import { listParts, type PartListing, propertyKind } from './part-listing.ts';
import { findParts, nearestPart } from './part-search.ts';
import { formLines, sheetLines } from './part-sheet.ts';

const FAILED = 1;
/** Parts that a search may find before only their names are listed. */
const DETAILED_MAX = 3;

/** What the levels of data sheets mean. */
const LEVELS: Readonly<Record<PartListing['level'], string>> = {
  behaves: 'behaves: what it senses or does is modelled, but for what is said below',
  answers: 'answers: ids and registers only; a driver finds it, and reads back what it wrote',
};

/** Of a part that no driver of others was compared with. */
const NO_JUDGE = 'no driver of others: only by the tests of its data sheet';

/** What to do without a model. */
const otherwise = () =>
  `\`dtbus parts\` lists the simulated parts, dtbus,register-map simulates any register chip, and ${packageFile('src/parts/README.md')} tells how to write a model`;

/** `dtbus parts [NAME]`; `board`: only those that it has. @returns the exit code */
export async function showParts(name: string | undefined, json: boolean, board?: string): Promise<number> {
  if (board !== undefined) return showBoardParts(board, name, json);
  const all = listParts((await loadCatalogue()).models);
  const parts = name === undefined ? all : findParts(all, name);
  if (parts.length === 0) {
    const near = nearestPart(all, name ?? '');
    warn(`part not found: ${name}; ${near === undefined ? otherwise() : `did you mean ${near}?`}`);
    return FAILED;
  }
  const paint = paintFor(process.stdout);
  if (json) process.stdout.write(`${plainJson(parts, 2)}\n`);
  else if (name !== undefined && parts.length <= DETAILED_MAX)
    process.stdout.write(parts.map((part) => details(part, paint)).join('\n'));
  else process.stdout.write(table(parts, paint, process.stdout.columns ?? Number.POSITIVE_INFINITY));
  return 0;
}

/** @param width columns of the terminal: what can be set is left out where it does not fit */
function table(parts: readonly PartListing[], paint: Paint, width: number): string {
  const rows = parts.map((part) => [
    part.name,
    part.buses.join(', '),
    part.properties.filter(({ readOnly }) => readOnly !== true).map((property) => property.name),
    titleOf(part),
  ]) as [string, string, string[], string][];
  const nameWidth = Math.max(4, ...rows.map(([name]) => name.length));
  const titleWidth = Math.max(5, ...rows.map(([, , , title]) => title.length));
  const setsWidth = Math.max(...rows.map(([, , sets]) => shortened(sets).length));
  const narrow = nameWidth + 2 + 8 + 2 + titleWidth + 2 + setsWidth > width;
  const line = (name: string, bus: string, title: string, sets: string) =>
    narrow
      ? `${name.padEnd(nameWidth)}  ${bus.padEnd(8)}  ${title}`.slice(0, width).trimEnd()
      : `${name.padEnd(nameWidth)}  ${bus.padEnd(8)}  ${title.padEnd(titleWidth)}  ${sets}`.trimEnd();
  return [
    paint('bold', line('name', 'bus', 'what it is', 'settable')),
    ...rows.map(([name, bus, sets, title]) => line(name, bus, title, shortened(sets))),
    '',
    '`dtbus parts NAME` shows the compatibles of a part, what can be set on it, and an example.',
    '',
  ].join('\n');
}

/** `    pagesize  u32  bytes that one write cycle takes` for each property that the part reads from its node. */
function nodeLines({ nodeProperties }: PartListing): string[] {
  const rows = Object.entries(nodeProperties);
  const width = Math.max(0, ...rows.map(([name]) => name.length));
  const types = Math.max(0, ...rows.map(([, { type }]) => type.length));
  return rows.map(([name, { type, doc }]) => `    ${name.padEnd(width)}  ${type.padEnd(types)}  ${doc}`);
}

/** Who answers by registers only says so. */
const titleOf = ({ title, level }: PartListing) =>
  level === 'answers' ? `${title} (registers only)` : title;

/** The first few names: 16 channels of a controller say no more than four. */
function shortened(names: readonly string[]): string {
  return names.length > 5 ? `${names.slice(0, 4).join(', ')}, …` : names.join(', ');
}

function details(part: PartListing, paint: Paint): string {
  const width = Math.max(0, ...part.properties.map(({ name }) => name.length));
  const kinds = Math.max(0, ...part.properties.map((property) => propertyKind(property).length));
  const properties = part.properties.map(
    (property) =>
      `    ${property.name.padEnd(width)}  ${propertyKind(property).padEnd(kinds)}  ${property.doc}${property.readOnly === true ? ' (read-only)' : ''}`,
  );
  const script = exampleScript(part);
  const buses = part.sheet === undefined ? [part.buses.join(', ')] : formLines(part.sheet.forms);
  return [
    paint('bold', part.title),
    ...buses.map((bus, at) => `  ${(at === 0 ? 'bus' : '').padEnd(10)}  ${bus}`),
    `  compatible  ${part.compatible.join(', ')}`,
    `  level       ${LEVELS[part.level]}`,
    ...(properties.length === 0 ? [] : ['  properties for tests and scripts', ...properties]),
    ...(part.sheet === undefined ? [] : sheetLines(part.sheet)),
    `  judged by   ${part.judges.length === 0 ? NO_JUDGE : part.judges.join(', ')}`,
    '  in the device tree, as a child of a bus',
    ...nodeLines(part),
    ...exampleNode(part)
      .split('\n')
      .map((line) => `    ${line}`),
    ...(script === undefined ? [] : ['  in a test or script', `    ${script}`]),
    '',
  ].join('\n');
}
