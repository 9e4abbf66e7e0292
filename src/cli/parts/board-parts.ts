import { loadCatalogue, openBoard } from '../../board/index.ts';
import { oneLine, plainJson } from '../../input/index.ts';
import { paintFor } from '../terminal/style.ts';
import { warn } from '../terminal/warn.ts';
import { listParts, type PartListing } from './part-listing.ts';
import { findParts } from './part-search.ts';

const FAILED = 1;

/** A simulated part of a board: the kind that it is, and where. */
interface BoardPart extends PartListing {
  /** `&temp`; none where the tree has no label for it. */
  readonly labels: readonly string[];
  readonly path: string;
}

/** `dtbus parts -b BOARD [NAME]`: by a label, a path, or as `dtbus parts NAME`. @returns the exit code */
export async function showBoardParts(file: string, name: string | undefined, json: boolean): Promise<number> {
  const all = await partsOf(file);
  const parts = name === undefined ? all : partsNamed(all, name);
  if (parts.length === 0) {
    const known = all.map(({ labels, path }) => labels[0] ?? path).join(', ') || 'none';
    warn(`part not found: ${name ?? 'any'} of ${file}; it has: ${known}`);
    return FAILED;
  }
  process.stdout.write(json ? `${plainJson(parts, 2)}\n` : table(parts));
  return 0;
}

/** The board is only looked at: models of its own do not run, so their parts are not among these. */
async function partsOf(file: string): Promise<readonly BoardPart[]> {
  const kinds = listParts((await loadCatalogue()).models);
  const board = await openBoard(file, { backEnd: 'inline', look: true, onWarning: warn });
  try {
    const titles = new Map(board.parts().map(({ path, title }) => [path, title]));
    return [...board.tree.nodes()].flatMap((node) => {
      const kind = kinds.find(({ title }) => title === titles.get(node.path));
      const labels = node.labels.map((label) => `&${label}`);
      return kind === undefined ? [] : [{ labels, path: node.path, ...kind }];
    });
  } finally {
    await board.close();
  }
}

function partsNamed(all: readonly BoardPart[], name: string): readonly BoardPart[] {
  const here = all.filter(
    ({ labels, path }) => path === name || labels.includes(name) || labels.includes(`&${name}`),
  );
  if (here.length > 0) return here;
  const kinds = findParts(all, name).map(({ title }) => title);
  return all.filter(({ title }) => kinds.includes(title));
}

function table(parts: readonly BoardPart[]): string {
  const rows = [
    ['label', 'path', 'name', 'what it is', 'settable'],
    ...parts.map(({ labels, path, name, title, properties }) => [
      oneLine(labels.join(' ')),
      oneLine(path),
      name,
      title,
      properties
        .filter(({ readOnly }) => readOnly !== true)
        .map((property) => property.name)
        .join(', '),
    ]),
  ];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => (row[column] as string).length)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  const [head = '', ...rest] = lines;
  return [paintFor(process.stdout)('bold', head), ...rest, ''].join('\n');
}
