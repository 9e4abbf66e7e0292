import type { Node, Tree } from '../../devicetree/index.ts';
import type { BusDescription } from '../../frontend/index.ts';
import { BoardError } from '../board-error.ts';
import { meant, pathOf } from './part-handle.ts';

/** What is traced: transfers to one of these parts, and all of these buses. Neither: everything. */
export interface TraceFilter {
  /** By `&label`, path, alias, or the node's own name (`temp@48`). */
  readonly parts?: readonly string[];
  /** By `&label`, path, alias, `i2c-1` or `/dev/i2c-1`. */
  readonly buses?: readonly string[];
}

/** The nodes that a filter names, by their paths. */
interface TracedPaths {
  /** `undefined`: everything. */
  readonly paths: readonly string[] | undefined;
  /** What the board does not have, a sentence each. */
  readonly missing: readonly string[];
}

/** Finds what a filter names among the buses of a board and what is below them. */
export function tracedPaths(
  tree: Tree,
  buses: readonly BusDescription[],
  { parts = [], buses: wantedBuses = [] }: TraceFilter,
): TracedPaths {
  if (parts.length === 0 && wantedBuses.length === 0) return { paths: undefined, missing: [] };
  const below = buses.flatMap(({ node }) => [...descendants(node)]).filter((node) => node.has('reg'));
  const onBoard = parts.map((name) => {
    const path = pathOf(tree, name);
    return below.filter((node) => node.path === path || node.name === name);
  });
  const ofBuses = wantedBuses.map((name) => {
    const path = pathOf(tree, name);
    return buses.filter((bus) => bus.node.path === path || namesOf(bus).includes(name));
  });
  const known = (paths: readonly string[]) => `the board has: ${paths.join(', ') || 'none'}`;
  return {
    paths: [...onBoard.flat(), ...ofBuses.flat().map(({ node }) => node)].map(({ path }) => path),
    missing: [
      ...parts
        .filter((_, at) => onBoard[at]?.length === 0)
        .map((name) => {
          const paths = below.map(({ path }) => path);
          return `not found: part ${name}; ${known(paths)}${meant(tree, name, paths)}`;
        }),
      ...wantedBuses
        .filter((_, at) => ofBuses[at]?.length === 0)
        .map((name) => `not found: bus ${name}; ${known(buses.map((bus) => namesOf(bus)[0] as string))}`),
    ],
  };
}

/** The same, for those who named this very board. @throws {BoardError} naming what there is */
export function knownPaths(
  tree: Tree,
  buses: readonly BusDescription[],
  filter: TraceFilter,
): readonly string[] | undefined {
  const { paths, missing } = tracedPaths(tree, buses, filter);
  if (missing[0] !== undefined) throw new BoardError(missing[0]);
  return paths;
}

/** The bus called `i2c-1` or `/dev/i2c-1`. */
export function busNamed<Bus extends Numbered>(buses: readonly Bus[], name: string): Bus | undefined {
  return buses.find((bus) => namesOf(bus).includes(name));
}

type Numbered = Pick<BusDescription, 'kind' | 'number'>;

function namesOf({ kind, number }: Numbered): readonly string[] {
  const name = `${kind}-${number}`;
  return [name, `/dev/${name}`];
}

function* descendants(node: Node): Generator<Node> {
  for (const child of node.children) {
    yield child;
    yield* descendants(child);
  }
}
