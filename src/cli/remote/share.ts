import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { basename, extname, join } from 'node:path';
import { Duplex } from 'node:stream';
import {
  controlFolder,
  isAlive,
  listenPort,
  listenUnix,
  openShare,
  type ShareListener,
} from '../../board/share.ts';
import { oneLine, plainJson } from '../../input/index.ts';
import {
  FenceCounter,
  historySource,
  openStream,
  remoteAddress,
  ShareHost,
  type ShareSource,
  tlsFiles,
} from '../../remote/index.ts';
import { type BoardArguments, printProblems, treeOptions } from '../board/named-board.ts';
import { touchable } from '../board/touchable.ts';
import { untilInterrupted } from '../terminal/until-interrupted.ts';
import { InvalidValue } from '../terminal/usage-error.ts';
import { warn } from '../terminal/warn.ts';

/** What `dtbus share` is told. */
export interface ShareArguments extends BoardArguments {
  readonly socket?: string;
  readonly listen?: string;
  readonly nats?: string;
  /** Kept by the NATS server. */
  readonly history: boolean;
  readonly stdio: boolean;
  readonly restore: boolean;
  readonly json: boolean;
}

/** Shares the buses of a board until it is interrupted, or (`--stdio`) its one user has gone. @returns the exit code */
export async function share(args: ShareArguments): Promise<number> {
  const listen = args.listen === undefined ? undefined : placeOf(args.listen);
  const nats = args.nats === undefined ? undefined : natsPlaceOf(args.nats, String(args.board));
  const socket = args.socket ?? join(controlFolder(), 'share.sock');
  // Else no address names it.
  if (!socket.endsWith('.sock')) throw new InvalidValue('--socket', 'a path that ends in .sock', socket);
  if (args.stdio && (await isAlive(socket))) return bridge(socket);
  const { board, source } = await openShare(args.board, {
    ...treeOptions(args),
    onWarning: warn,
  });
  printProblems(board);
  const untouchable = await touchable(board, args);
  const token = process.env['DTBUS_TOKEN'] ?? '';
  const fences = new FenceCounter(fenceFile(), warn);
  const shared = new ShareHost(source, {
    restore: args.restore,
    nextFence: () => fences.next(),
    log: (sentence) => warn(sentence),
  });
  const listeners: ShareListener[] = [];
  try {
    if (args.stdio) {
      const stream = Duplex.from({ readable: process.stdin, writable: process.stdout });
      shared.serve(stream);
      await untilInterrupted(new Promise((resolve) => void stream.once('close', resolve)));
      return 0;
    }
    listeners.push(await listenUnix(socket, (stream) => shared.serve(stream)));
    if (listen !== undefined)
      listeners.push(
        await listenPort(listen.host, listen.port, { tls: tlsFiles(), token }, (stream) =>
          shared.serve(stream, token),
        ),
      );
    if (nats !== undefined) listeners.push(await announced(nats, shared, source, { token, ...args }));
    const places = listeners.map(({ where }) => `remote:${where}`);
    const buses = source.buses.map(({ name }) => name);
    process.stdout.write(
      args.json ? `${plainJson({ ready: true, places, buses })}\n` : `${readyText(places, buses)}ready\n`,
    );
    await untilInterrupted();
    return 0;
  } finally {
    const closed = listeners.map((listener) => listener.close());
    shared.close();
    await Promise.all(closed);
    untouchable();
    await board.close();
  }
}

/** Announces the board on a NATS server, which keeps what happens where it has JetStream. */
async function announced(
  place: ReturnType<typeof natsPlaceOf>,
  shared: ShareHost,
  source: ShareSource,
  { token, history }: { readonly token: string; readonly history: boolean },
): Promise<ShareListener> {
  const { shareOver } = await import('../../lab/index.ts');
  const { version } = createRequire(import.meta.url)('dtbus/package.json') as { version: string };
  const directory = await shareOver(
    { ...place, tls: tlsFiles() },
    { ...place, host: source.name, version, buses: source.buses.map(({ name }) => name) },
    (stream) => shared.serve(stream, token),
    warn,
  );
  if (history) directory.keep(() => historySource(source));
  return { where: place.where, close: () => directory.close() };
}

const readyText = (places: readonly string[], buses: readonly string[]): string =>
  places
    .map((place) => oneLine(`${place}  ${buses.join(' ')}`))
    .join('\n')
    .concat('\n');

/** Joins stdin and stdout with the share that runs. */
async function bridge(socket: string): Promise<number> {
  const stream = await openStream({ way: 'unix', path: socket }, socket);
  process.stdin.pipe(stream);
  stream.pipe(process.stdout);
  await untilInterrupted(new Promise((resolve) => void stream.once('close', resolve)));
  stream.destroy();
  return 0;
}

/** Beside what other programs of this user keep. */
function fenceFile(): string {
  const state = process.env['XDG_STATE_HOME'] || join(homedir(), '.local', 'state');
  return join(state, 'dtbus', 'fence');
}

/** `7070`, `0.0.0.0:7070` or `[::]:7070`. @throws {UsageError} */
function placeOf(text: string): { readonly host: string; readonly port: number } {
  const [, ipv6, name, digits] = /^(?:(?:\[([^\]]+)\]|([^:[\]]+)):)?(\d{1,5})$/.exec(text) ?? [];
  const port = Number(digits);
  if (digits === undefined || port > 0xffff) throw new InvalidValue('--listen', 'PORT or HOST:PORT', text);
  return { host: ipv6 ?? name ?? '127.0.0.1', port };
}

/** `nats://SERVER`, `nats://SERVER:PORT/NAME`. @throws {UsageError} */
function natsPlaceOf(text: string, boardFile: string) {
  try {
    const { place, bus } = remoteAddress(text);
    if (place.way === 'nats' && bus === undefined) {
      const board = place.board ?? basename(boardFile, extname(boardFile));
      const { name } = remoteAddress(
        `nats://${place.host.includes(':') ? `[${place.host}]` : place.host}:${place.port}/${board}`,
      );
      return { ...place, board, where: name };
    }
  } catch {
    // Told below.
  }
  throw new InvalidValue('--nats', 'nats://SERVER[:PORT][/NAME]', text);
}
