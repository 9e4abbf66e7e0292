import type { Tree } from '../../devicetree/index.ts';
import { oneLine } from '../../input/index.ts';
import { BoardError } from '../board-error.ts';
import type { DeviceProblem } from '../thread/protocol.ts';
import type { TreeDoubt } from './check-tree.ts';
import { placeOf } from './place-of.ts';

/** A problem as it is told: `board.dts:7:3: /i2c: no driver for …`. */
export function problemText(tree: Tree, { path, property, sentence }: DeviceProblem): string {
  const place = placeOf(tree, path, property);
  return `${place === undefined ? '' : `${place}: `}${path}: ${sentence}`;
}

/** The problems that no doubt tells of: what the checks of the tree told has its sentence already, with a remedy. */
export function untoldProblems(
  problems: readonly DeviceProblem[],
  doubts: () => readonly TreeDoubt[],
): readonly DeviceProblem[] {
  if (problems.length === 0) return problems;
  const key = (path: string | undefined, property: string | undefined) => `${path} ${property ?? ''}`;
  const told = new Set(doubts().map(({ diagnostic: { node, property } }) => key(node, property)));
  return problems.filter(({ path, property }) => !told.has(key(path, property)));
}

/** The error for a board of which something is left out, where that is not allowed; see `treeChecks`. */
export function refusal(file: string, tree: Tree, problems: readonly DeviceProblem[]): BoardError {
  const more = problems.map((problem) => oneLine(problemText(tree, problem))).join('\n');
  return new BoardError(`${file} is doubtful as a board`, { more });
}
