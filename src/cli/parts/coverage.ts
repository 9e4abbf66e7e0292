import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { clientsIn, loadCatalogue, loadTree, type TreeClient } from '../../board/index.ts';
import { messageOf } from '../../bus/words.ts';
import { oneLine, plainJson } from '../../input/index.ts';
import { warn } from '../terminal/warn.ts';
import type { PartModel } from './part-listing.ts';

const FAILED = 1;
/** Compatibles without a model that the table shows. */
const SHOWN = 25;

type Catalogue = Pick<Awaited<ReturnType<typeof loadCatalogue>>, 'find'>;
type Level = Exclude<PartModel['level'], undefined> | 'absent';

/** A compatible that no part answers for. */
interface AbsentPart {
  readonly bus: TreeClient['bus'];
  /** All names of its nodes, the most specific first. */
  readonly compatible: readonly string[];
  readonly nodes: number;
  readonly boards: number;
}

type Levels = Record<Level, number>;

/** What `dtbus parts --coverage --json` prints. */
export interface CoverageReport {
  /** Boards that could be read, those of them with clients, with a part for all of these, and with a part for none. */
  readonly boards: {
    readonly read: number;
    readonly withClients: number;
    readonly complete: number;
    readonly without: number;
  };
  readonly nodes: { readonly all: Levels; readonly i2c: Levels; readonly spi: Levels };
  /** The most frequent first. */
  readonly absent: readonly AbsentPart[];
  readonly unreadable: readonly { readonly file: string; readonly reason: string }[];
}

const noNodes = (): Levels => ({ behaves: 0, answers: 0, absent: 0 });

/** Counts the clients of boards by how much of each is simulated. */
export class Coverage {
  readonly #catalogue: Catalogue;
  readonly #nodes = { all: noNodes(), i2c: noNodes(), spi: noNodes() };
  readonly #absent = new Map<string, AbsentPart>();
  readonly #unreadable: { file: string; reason: string }[] = [];
  readonly #boards = { read: 0, withClients: 0, complete: 0, without: 0 };

  constructor(catalogue: Catalogue) {
    this.#catalogue = catalogue;
  }

  /** A board's clients, as `clientsIn` finds them. */
  add(clients: readonly TreeClient[]): void {
    const boards = this.#boards;
    boards.read++;
    if (clients.length === 0) return;
    boards.withClients++;
    const levels = clients.map((client) => this.#levelOf(client));
    if (!levels.includes('absent')) boards.complete++;
    if (levels.every((level) => level === 'absent')) boards.without++;
    const missing = new Set<string>();
    clients.forEach((client, index) => {
      const level = levels[index] as Level;
      this.#nodes.all[level]++;
      this.#nodes[client.bus][level]++;
      if (level === 'absent') this.#miss(client, missing);
    });
  }

  /** A board that could not be read. */
  refuse(file: string, reason: string): void {
    this.#unreadable.push({ file, reason });
  }

  get report(): CoverageReport {
    const byCount = (a: AbsentPart, b: AbsentPart) =>
      b.nodes - a.nodes || (a.compatible[0] as string).localeCompare(b.compatible[0] as string, 'en');
    return {
      boards: { ...this.#boards },
      nodes: structuredClone(this.#nodes),
      absent: [...this.#absent.values()].sort(byCount),
      unreadable: [...this.#unreadable],
    };
  }

  #levelOf({ bus, compatible }: TreeClient): Level {
    const model = this.#catalogue.find(bus, compatible);
    return model === undefined ? 'absent' : (model.level ?? 'behaves');
  }

  /** @param missing what was missing on this board before */
  #miss({ bus, compatible }: TreeClient, missing: Set<string>): void {
    const key = `${bus} ${compatible.join(' ')}`;
    const { nodes = 0, boards = 0 } = this.#absent.get(key) ?? {};
    this.#absent.set(key, {
      bus,
      compatible,
      nodes: nodes + 1,
      boards: boards + (missing.has(key) ? 0 : 1),
    });
    missing.add(key);
  }
}

/** `dtbus parts --coverage FOLDER`. @returns the exit code */
export async function showCoverage(folder: string, json: boolean): Promise<number> {
  const files = boardFiles(folder);
  if (files.length === 0) {
    warn(
      `board not found: no .dts or .dtb in ${folder}; name the folder of boards, such as arch/arm64/boot/dts of Linux`,
    );
    return FAILED;
  }
  const coverage = new Coverage(await loadCatalogue());
  for (const file of files) {
    try {
      coverage.add(clientsIn(loadTree(file, {})));
    } catch (error) {
      // Behind the file's name stands what is wrong in it, and where.
      const [whole = '', place = whole] = messageOf(error).split('\n');
      coverage.refuse(file, place);
    }
  }
  const { report } = coverage;
  process.stdout.write(json ? `${plainJson(report, 2)}\n` : table(report));
  const [first] = report.unreadable;
  if (first !== undefined)
    warn(`${report.unreadable.length} of ${files.length} boards cannot be read, the first: ${first.reason}`);
  return report.boards.read === 0 ? FAILED : 0;
}

/** Sources and blobs below a folder, without following links; a blob beside its source is the same board. */
function boardFiles(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.dt[bs]$/.test(entry.name))
    .map(({ parentPath, name }) => join(parentPath, name))
    .filter((file) => !file.endsWith('.dtb') || !existsSync(file.replace(/\.dtb$/, '.dts')))
    .sort();
}

/** The figures, and what is missing most. */
function table({ boards, nodes, absent }: CoverageReport): string {
  const kinds = ['all', 'i2c', 'spi'] as const;
  const count = (kind: (typeof kinds)[number]) =>
    nodes[kind].behaves + nodes[kind].answers + nodes[kind].absent;
  const share = (part: number, of: number) => (of === 0 ? '' : ` (${((100 * part) / of).toFixed(1)} %)`);
  const rows = [
    ['', ...kinds],
    ...(['behaves', 'answers', 'absent'] as const).map((level) => [
      level,
      ...kinds.map((kind) => `${nodes[kind][level]}${share(nodes[kind][level], count(kind))}`),
    ]),
    ['nodes', ...kinds.map((kind) => `${count(kind)}`)],
  ];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => (row[column] as string).length)));
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] as number))
      .join('  ')
      .trimEnd();
  const missing = absent
    .slice(0, SHOWN)
    .map(
      ({ bus, compatible, nodes: number, boards: on }) =>
        `${`${number}`.padStart(6)}  ${`${on}`.padStart(6)}  ${bus}  ${oneLine(compatible.join(', '))}`,
    );
  return [
    `${boards.read} boards, ${boards.withClients} with I2C or SPI clients: ${boards.complete} complete${share(boards.complete, boards.withClients)}, ${boards.without} without any part`,
    '',
    ...rows.map(line),
    ...(missing.length === 0
      ? []
      : ['', 'absent, the most frequent:', ' nodes  boards  bus  compatible', ...missing]),
    '',
  ].join('\n');
}
