import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { type Tree, toBlob } from '../../devicetree/core.ts';
import type { VirtioNode } from '../../frontend/index.ts';
import { FileDescriptor } from '../../os/index.ts';
import type { BackEndServer } from '../../transport/index.ts';
import { BoardError } from '../board-error.ts';

/** Where front-ends come to. */
export type ServePlace =
  /** A folder, made where there is none, with a socket per bus: `i2c1.sock`, `spi0.sock`, `OWNER/i2c1.sock`. */
  | { readonly socketDirectory: string }
  /** One bus at exactly this path; `client`: to the front-end that listens there. */
  | { readonly socket: string; readonly bus?: string | undefined; readonly client?: boolean }
  /** One bus at an open unix socket, this process's own from now on: one that listens or one that is connected. */
  | { readonly fd: number; readonly bus?: string | undefined };

/** A bus as one owner of its clients may have it. */
export interface Offer {
  readonly node: VirtioNode;
  /** The place of the bus among the board's devices. */
  readonly index: number;
  /** `undefined`: whoever is no owner. */
  readonly owner: string | undefined;
}

/** `i2c1`, `left/i2c1`: what an offer is called in messages and at `--bus`. */
export function offerName({ node, owner }: Offer): string {
  return `${owner === undefined ? '' : `${owner}/`}${node.kind}${node.number}`;
}

/**
 * What is served at this place: everything in a folder, else one bus.
 * @throws {BoardError} when it is not clear which
 */
export function offersAt(place: ServePlace, offers: readonly Offer[]): readonly Offer[] {
  if ('socketDirectory' in place) return offers;
  const names = offers.map(offerName).join(', ') || 'none';
  const { bus } = place;
  if (bus === undefined) {
    if (offers.length === 1) return offers;
    throw new BoardError(`one socket serves one bus: name it with --bus; the board has: ${names}`);
  }
  const named = offers.filter((offer) => offerName(offer) === bus);
  if (named.length === 0) throw new BoardError(`bus not found: ${bus}; the board has: ${names}`);
  return named;
}

/** Lets front-ends come to `server`. @returns where, for people @throws {OsError} */
export function takeFrontEnds(server: BackEndServer, place: ServePlace, offer: Offer): string {
  if ('fd' in place) {
    server.adopt(new FileDescriptor(place.fd));
    return `fd ${place.fd}`;
  }
  if ('socket' in place && place.client === true) {
    server.connect(place.socket);
    return place.socket;
  }
  const socket = 'socket' in place ? place.socket : socketIn(place.socketDirectory, offer);
  server.listen(socket);
  return socket;
}

function socketIn(directory: string, { node, owner }: Offer): string {
  const folder = join(directory, owner ?? '');
  makeFolder(resolve(folder));
  return join(folder, `${node.kind}${node.number}.sock`);
}

/**
 * Makes a folder and those above it that are missing. Node's own `recursive` never ends where a file system lets
 * nobody make folders and says ENOENT to it, as /proc does.
 */
function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException;
    if (code === 'EEXIST') return;
    const above = dirname(folder);
    if (code !== 'ENOENT' || above === folder || existsSync(above))
      throw new BoardError(`${folder} cannot be made for the sockets: ${code}`, { cause: thrown });
    makeFolder(above);
    makeFolder(folder);
  }
}

/** The board's tree beside its sockets, for those who come to them. */
export const PUBLISHED_TREE = 'board.dtb';

/** Puts the tree, as a blob, into the folder of the sockets and into its owners'. @returns what takes it away */
export function publishTree(
  tree: Tree,
  directory: string,
  buses: readonly Pick<Offer, 'owner'>[],
): () => void {
  const folders = new Set([directory, ...buses.map(({ owner }) => join(directory, owner ?? ''))]);
  const files = [...folders].map((folder) => join(folder, PUBLISHED_TREE));
  makeFolder(resolve(directory));
  const blob = toBlob(tree);
  for (const file of files) writeFileSync(file, blob, { mode: 0o600 });
  return () => {
    for (const file of files) rmSync(file, { force: true });
  };
}
