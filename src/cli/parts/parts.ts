import { loadCatalogue } from '../../board/index.ts';
import { type Paint, paintFor } from '../terminal/style.ts';
import { exampleNode, exampleScript } from './example-node.ts';
import { findParts, listParts, type PartListing, propertyKind } from './part-listing.ts';

const FAILED = 1;
/** Parts that a search may find before only their names are listed. */
const DETAILED_MAX = 3;

/** `dtbus parts [NAME]`. @returns the exit code */
export async function showParts(name: string | undefined, json: boolean): Promise<number> {
  const all = listParts((await loadCatalogue()).models);
  const parts = name === undefined ? all : findParts(all, name);
  if (parts.length === 0) {
    process.stderr.write(
      `dtbus: there is no simulated part ${name}; \`dtbus parts\` lists what there is, dtbus,register-map stands in for any register chip, and src/sim/README.md shows how to make one\n`,
    );
    return FAILED;
  }
  const paint = paintFor(process.stdout);
  if (json) process.stdout.write(`${JSON.stringify(parts, undefined, 2)}\n`);
  else if (name !== undefined && parts.length <= DETAILED_MAX)
    process.stdout.write(parts.map((part) => details(part, paint)).join('\n'));
  else process.stdout.write(table(parts, paint));
  return 0;
}

function table(parts: readonly PartListing[], paint: Paint): string {
  const rows = parts.map((part) => [
    part.name,
    part.buses.join(', '),
    part.properties.filter(({ readOnly }) => readOnly !== true).map((property) => property.name),
    part.title,
  ]) as [string, string, string[], string][];
  const nameWidth = Math.max(4, ...rows.map(([name]) => name.length));
  const titleWidth = Math.max(5, ...rows.map(([, , , title]) => title.length));
  const line = (name: string, bus: string, title: string, sets: string) =>
    `${name.padEnd(nameWidth)}  ${bus.padEnd(8)}  ${title.padEnd(titleWidth)}  ${sets}`.trimEnd();
  return [
    paint('bold', line('name', 'bus', 'what it is', 'settable')),
    ...rows.map(([name, bus, sets, title]) => line(name, bus, title, shortened(sets))),
    '',
    '`dtbus parts NAME` shows the compatibles of a part, what can be set on it, and an example.',
    '',
  ].join('\n');
}

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
  return [
    paint('bold', part.title),
    `  bus         ${part.buses.join(', ')}`,
    `  compatible  ${part.compatible.join(', ')}`,
    ...(properties.length === 0 ? [] : ['  properties for tests and scripts', ...properties]),
    '  in the device tree, as a child of a bus',
    ...exampleNode(part)
      .split('\n')
      .map((line) => `    ${line}`),
    ...(script === undefined ? [] : ['  in a test or script', `    ${script}`]),
    '',
  ].join('\n');
}
