import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  lstatSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { type Tree, toBlob } from '../../devicetree/core.ts';
import type { VirtioNode } from '../../frontend/index.ts';
import { brokenLink, makeFolders, statsAt, writeFault, writeReason } from '../../input/index.ts';
import { connectUnix, FileDescriptor, OsError, socketAddress } from '../../os/index.ts';
import type { BackEndServer } from '../../transport/index.ts';
import { BoardError } from '../board-error.ts';
import { PUBLISHED_TREE } from './published-tree.ts';

/** Where front-ends come to. */
export type ServePlace =
  /** A folder, made where there is none, with a socket per bus: `i2c1.sock`, `spi0.sock`, `OWNER/i2c1.sock`. */
  | { readonly socketDirectory: string }
  /** One bus at exactly this path; `client`: to the front-end that listens there. */
  | { readonly socket: string; readonly bus?: string | undefined; readonly client?: boolean }
  /** One bus at an open unix socket, this process's own from now on: one that listens or one that is connected. */
  | { readonly fd: number; readonly bus?: string | undefined };

/** Who besides this user may connect. */
export interface SocketPermissions {
  /** Permissions of the sockets: 0o600 if nothing else is said. */
  readonly socketMode?: number | undefined;
  /** Number of the group that the sockets, and what is made for them, belong to. */
  readonly socketGroup?: number | undefined;
}

/** A bus as one owner of its clients may have it. */
export interface Offer {
  readonly node: VirtioNode;
  /** The place of the bus among the board's devices. */
  readonly index: number;
  /** `undefined`: whoever is no owner. */
  readonly owner: string | undefined;
}

/** `i2c1`, `left/i2c1`: what an offer is called in messages and at `--bus`. */
export function offerName({ node, owner }: Pick<Offer, 'node' | 'owner'>): string {
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

/** Refuses a path at which no socket can ever come to be. @throws {BoardError} */
export function checkSocketPath(path: string): void {
  const folder = dirname(path);
  const above = statsAt(folder);
  if (above?.isDirectory() === false)
    throw new BoardError(`${path}: ${folder} is a file and not a folder; name another path`);
  const broken = brokenLink(path);
  if (broken !== undefined) throw new BoardError(`${broken}; name another path`);
  checkLength(path);
}

/** @throws {BoardError} */
function checkLength(path: string): void {
  try {
    socketAddress('connect', path);
  } catch (error) {
    throw new BoardError((error as Error).message, { cause: error });
  }
}

/**
 * Refuses a place at which no socket can ever come to be, before anything is made there.
 * @param others names of sockets that a folder has besides those of the offers @throws {BoardError}
 */
export function checkPlace(place: ServePlace, offers: readonly Offer[], others: readonly string[]): void {
  if ('socketDirectory' in place)
    for (const name of [...offers.map(socketName), ...others]) checkLength(join(place.socketDirectory, name));
  else if ('socket' in place && place.client !== true) checkSocketPath(place.socket);
}

/** What takes front-ends in besides the place. */
interface Taking {
  /** Ends the wait for a front-end. */
  readonly signal: AbortSignal | undefined;
  /** Told of every folder that is made, the outermost first. */
  readonly onFolder: (folder: string) => void;
}

/** Lets front-ends come to `server`. @returns where, for people @throws {OsError} */
export async function takeFrontEnds(
  server: BackEndServer,
  place: ServePlace & SocketPermissions,
  offer: Offer,
  { signal, onFolder }: Taking,
): Promise<string> {
  if ('fd' in place) {
    server.adopt(new FileDescriptor(place.fd));
    return `fd ${place.fd}`;
  }
  if ('socket' in place && place.client === true) {
    await server.connect(place.socket, signal);
    return place.socket;
  }
  const socket = 'socket' in place ? place.socket : join(place.socketDirectory, socketName(offer));
  if (!('socket' in place)) makeFolder(resolve(dirname(socket)), place, onFolder);
  server.listen(socket);
  if (place.socketMode !== undefined || place.socketGroup !== undefined)
    grant(socket, place.socketMode ?? 0o600, place.socketGroup);
  return socket;
}

/** The group first: the mode before it would hold for another one. @throws {BoardError} */
function grant(path: string, mode: number, group: number | undefined): void {
  try {
    if (group !== undefined) chownSync(path, -1, group);
    chmodSync(path, mode);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new BoardError(`cannot give ${path} to group ${group}: ${code}`, { cause: error });
  }
}

/** Whoever may connect to a socket may look for it in its folder, and read the tree there. */
function grantFolder(folder: string, { socketMode = 0o600, socketGroup }: SocketPermissions): void {
  const may = (who: number): number => ((socketMode & (0o6 << who)) === 0 ? 0 : 0o5 << who);
  grant(folder, 0o700 | may(3) | may(0), socketGroup);
}

/** In the folder of the sockets: `i2c1.sock`, `left/i2c1.sock`. */
const socketName = (offer: Offer): string => `${offerName(offer)}.sock`;

/**
 * Makes a folder for sockets, and those above it that are missing. Whoever may write to it may put other sockets in
 * place of ours: one that others may write to, or own, is refused.
 * @throws {BoardError}
 */
function makeFolder(folder: string, permissions: SocketPermissions, onFolder: Taking['onFolder']): void {
  const broken = brokenLink(folder);
  if (broken !== undefined) throw new BoardError(`${broken}; name another path`);
  makeMissing(folder, permissions, onFolder);
  const stats = statSync(folder);
  if (!stats.isDirectory()) throw new BoardError(`${folder} is a file and not a folder; name another path`);
  const own = process.geteuid?.();
  if (own !== undefined && [stats.uid, lstatSync(folder).uid].some((uid) => uid !== own)) {
    throw new BoardError(`${folder} belongs to another user: name another folder for the sockets`);
  }
  if (own !== undefined && (stats.mode & 0o022) !== 0) {
    throw new BoardError(
      `other users may write to ${folder}: run chmod go-w ${folder}, or name another folder`,
    );
  }
}

/** @throws {BoardError} */
function makeMissing(folder: string, permissions: SocketPermissions, onFolder: Taking['onFolder']): void {
  try {
    const made = makeFolders(folder, 0o700);
    made.forEach(onFolder);
    for (const each of made) grantFolder(each, permissions);
  } catch (error) {
    if (error instanceof BoardError) throw error;
    const { code, path = folder } = error as NodeJS.ErrnoException;
    // What is there is looked at by who asks.
    if (code === 'EEXIST') return;
    throw new BoardError(`cannot make the folder ${path} for the sockets: ${writeReason(path, error)}`, {
      cause: error,
    });
  }
}

/**
 * Puts the tree, as a blob, into the folder of the sockets and into its owners'. Two servers may share a folder when
 * they serve the same tree.
 * @returns what takes away what was put there
 * @throws {BoardError} another server's tree lies there
 */
export function publishTree(
  tree: Tree,
  directory: string,
  buses: readonly { readonly owner: string | undefined; readonly socket: string }[],
  permissions: SocketPermissions,
  onFolder: Taking['onFolder'],
): () => void {
  const folders = new Set([directory, ...buses.map(({ owner }) => join(directory, owner ?? ''))]);
  const blob = toBlob(tree);
  const own = buses.map(({ socket }) => socket);
  const removers: (() => void)[] = [];
  const removeAll = () => {
    for (const remove of removers) remove();
  };
  try {
    for (const folder of folders) {
      makeFolder(resolve(folder), permissions, onFolder);
      const file = join(folder, PUBLISHED_TREE);
      removers.push(publish(file, blob, permissions, () => isServed(folder, own)));
    }
  } catch (error) {
    removeAll();
    throw error;
  }
  return removeAll;
}

/** Puts one file in its place, as a whole. What lies there already is followed nowhere. */
function publish(
  file: string,
  blob: Uint8Array,
  { socketMode = 0o600, socketGroup }: SocketPermissions,
  isTaken: () => boolean,
): () => void {
  const there = lstatSync(file, { throwIfNoEntry: false });
  const same = there?.isFile() === true && Buffer.compare(readFileSync(file), blob) === 0;
  if (there !== undefined && !same && isTaken()) {
    throw new BoardError(
      `another server uses ${dirname(file)} for another board: name another folder for the sockets`,
    );
  }
  const beside = `${file}.${randomBytes(6).toString('hex')}`;
  try {
    writeFileSync(beside, blob, { mode: 0o600, flag: 'wx' });
    grant(beside, 0o600 | (socketMode & 0o044), socketGroup);
    renameSync(beside, file);
  } catch (error) {
    rmSync(beside, { force: true });
    throw new BoardError(writeFault(file, error), { cause: error });
  }
  const { ino } = lstatSync(file);
  return () => {
    if (lstatSync(file, { throwIfNoEntry: false })?.ino === ino) rmSync(file, { force: true });
  };
}

/** The sockets of buses, by `socketName`. */
const BUS_SOCKET = /^(i2c|spi|gpio)\d+\.sock$/;

/** Whether another server listens in a folder: what is left of one that died does not count. */
function isServed(folder: string, own: readonly string[]): boolean {
  return readdirSync(folder)
    .filter((name) => BUS_SOCKET.test(name))
    .map((name) => join(folder, name))
    .some((socket) => !own.includes(socket) && isListening(socket));
}

function isListening(socket: string): boolean {
  try {
    connectUnix(socket, 0).close();
    return true;
  } catch (error) {
    if (error instanceof OsError) return error.code === 'ETIMEDOUT';
    throw error;
  }
}
