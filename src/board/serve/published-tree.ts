import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** The board's tree beside its sockets, for those who come to them. */
export const PUBLISHED_TREE = 'board.dtb';

/** The tree of the board that is served at a place; undefined where none lies there: at the socket of one bus. */
export function publishedTree(place: string): string | undefined {
  const file = join(place, PUBLISHED_TREE);
  return existsSync(file) ? file : undefined;
}

/**
 * Why a tree cannot be named for the board that is served at a place: it has its own there, and what was named would be left
 * out of account.
 * @param named the words or options that do so
 * @param remedy what to do
 */
export function twoTrees(
  named: readonly string[],
  place: string,
  remedy = 'leave out one of them',
): string | undefined {
  if (named.length === 0 || publishedTree(place) === undefined) return undefined;
  return `cannot combine ${named.join(', ')} with ${place}: the board that is served there has its own tree; ${remedy}`;
}

/** Why nothing is served at a path where something is that is neither a socket nor a folder. */
export function notServed(path: string): string {
  return `${path} is a file: expected the folder of the sockets of dtbus serve, or one of the sockets`;
}
