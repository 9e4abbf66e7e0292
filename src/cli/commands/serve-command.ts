import { existsSync } from 'node:fs';
import { type Command, Option } from 'commander';
import type { ServedBoard, ServedBus, ServePlace } from '../../board/index.ts';
import { oneLine, plainJson } from '../../input/index.ts';
import { refuseConnection, withBoardOptions } from '../board/board-options.ts';
import { type BoardArguments, treeOptions } from '../board/named-board.ts';
import { octalMode } from '../board/octal-mode.ts';
import { LIMITS_HELP, limitsOf } from '../board/serve-limits.ts';
import { expectRequests } from '../terminal/expected-run.ts';
import { InvalidValue, UsageError } from '../terminal/usage-error.ts';
import { warn } from '../terminal/warn.ts';

interface ServeArguments extends BoardArguments {
  readonly socketDir?: string;
  readonly socket?: string;
  readonly socketPath?: string;
  readonly fd?: string;
  readonly bus?: string;
  readonly client: boolean;
  readonly exclusive: boolean;
  readonly printCapabilities: boolean;
  readonly trace: boolean;
  readonly log: boolean;
  readonly inBand: boolean;
  readonly socketMode?: string;
  readonly socketGroup?: string;
  readonly limit: readonly string[];
  readonly metrics?: string;
  readonly monitor: boolean;
  readonly json: boolean;
}

/** `--socket-path`, `--fd` and `--print-capabilities` are those of vhost-user's backend program conventions. */
export function addServeCommand(program: Command, end: (exitCode: number) => void): void {
  const command = program
    .command('serve')
    .summary('serve the buses of a board to guests over vhost-user')
    .description(
      `Serves buses to guests and to other dtbus processes (--connect) until Ctrl-C or SIGTERM: every bus at a socket named after its alias (i2c1.sock, spi0.sock), or one bus at one socket. Peripherals with a dtbus,owner are only reached at the sockets of that owner (OWNER/i2c1.sock).

Prints "ready" once front-ends may connect, and notifies the service manager of NOTIFY_SOCKET (Type=notify).`,
    )
    .argument('[board]', 'device tree of the board; the same as -b')
    .addOption(
      new Option('--socket-dir <folder>', 'folder for the sockets of all buses').conflicts([
        'socket',
        'socketPath',
        'fd',
        'bus',
      ]),
    )
    .addOption(new Option('--socket <path>', 'path of the socket of one bus').conflicts(['socketPath', 'fd']))
    .addOption(new Option('--socket-path <path>', 'the same').conflicts('fd').hideHelp())
    .option('--fd <number>', 'serve one bus at this open socket (listening or connected)')
    .addOption(
      new Option('--client', 'connect to --socket, where the front-end listens (QEMU: server=on)')
        .default(false)
        .conflicts(['socketDir', 'fd']),
    )
    .option('--bus <name>', 'the bus to serve: i2c1, OWNER/spi0 (optional if the board has only one)')
    .option('--exclusive', 'reserve what a front-end has used until it disconnects; others get EBUSY', false)
    .option(
      '--socket-mode <octal>',
      'permissions of the sockets: 0660 lets the group connect (default: 0600)',
    )
    .option('--socket-group <group>', 'group of the sockets')
    .option('--limit <name=number>', 'another limit of what front-ends may ask; see below', collect, [])
    .option('--in-band', 'offer notifications as messages, for guests in virtual time', false)
    .option('--log', 'log who connects, who leaves and who is refused', false)
    .option('--metrics <file>', 'keep metrics for Prometheus (textfile collector) in this file')
    .option('--monitor', 'serve the page of the board, and print its address; see dtbus monitor', false)
    .option('--print-capabilities', 'print the capabilities of this back-end as JSON and exit', false)
    .option('--json', 'print the sockets as one line of JSON instead of "ready"', false)
    .option('--trace', 'log what happens at the sockets', false)
    .addHelpText(
      'after',
      `
${LIMITS_HELP}
Example:
  dtbus serve dts/demo.dts --socket-dir /run/dtbus
  dtbus serve dts/demo.dts --socket /run/sensors.sock --bus i2c1
`,
    );
  withBoardOptions(command);
  refuseConnection(command, 'it would serve another board; unset DTBUS_CONNECT').action(
    async (file: string | undefined, args: ServeArguments) => {
      end(await serve({ ...args, board: file ?? args.board }));
    },
  );
}

async function serve(args: ServeArguments): Promise<number> {
  if (args.printCapabilities) return printCapabilities(args.bus);
  const place = placeOf(args);
  const settings = await settingsOf(args);
  if (args.client && 'socket' in place && !(await appeared(place.socket))) return INTERRUPTED;
  const { serveBoard, tellServiceManager } = await import('../../board/index.ts');
  const { untilInterrupted } = await import('../terminal/until-interrupted.ts');
  // Whoever ends it, ends it now or later: what was begun is taken away.
  let leave = (): void => {};
  const interrupted = untilInterrupted(
    new Promise((resolve) => {
      leave = resolve;
    }),
  );
  const abort = new AbortController();
  void interrupted.then(() => abort.abort());
  const board = await serveBoard(args.board, {
    ...treeOptions(args),
    ...place,
    ...settings,
    signal: abort.signal,
    onWarning: warn,
    ...(args.log ? { log: warn } : {}),
    ...(args.trace ? { trace: warn } : {}),
  }).catch((error: unknown) => {
    const given = abort.signal.aborted;
    leave();
    if (!given) throw error;
  });
  if (board === undefined) return INTERRUPTED;
  void board.over.then(leave);
  const tell = async (state: 'READY=1' | 'STOPPING=1') => {
    const failure = await tellServiceManager(state);
    if (failure !== undefined) warn(failure);
  };
  let endMetrics: (() => void) | undefined;
  let endPage: (() => Promise<void>) | undefined;
  try {
    endMetrics = args.metrics === undefined ? undefined : await metricsOf(board, args.metrics);
    const page = args.monitor ? await pageOf(args) : undefined;
    endPage = page?.end;
    expectRequests();
    process.stdout.write(readyText(board.buses, args.json, page?.url));
    await tell('READY=1');
    await interrupted;
    await tell('STOPPING=1');
  } finally {
    leave();
    endMetrics?.();
    await Promise.all([board.close(), endPage?.()]);
  }
  return 0;
}

/** Serves the page of the board. @throws {Error} why it cannot */
async function pageOf({ board, socketDir }: ServeArguments) {
  const { controlSocketOf, startPage } = await import('../../board/index.ts');
  let url = '';
  const end = await startPage(
    { board, connect: socketDir ?? controlSocketOf(board), isOwn: true },
    {
      onUrl: (told) => {
        url = told;
      },
    },
  );
  return { url, end };
}

async function metricsOf(board: ServedBoard, file: string): Promise<() => void> {
  const { keepMetrics } = await import('../board/metrics-file.ts');
  return keepMetrics(file, () => board.metrics());
}

const collect = (word: string, before: readonly string[]): readonly string[] => [...before, word];

/** @throws {UsageError} {Error} no such group */
async function settingsOf({ socketMode, socketGroup, exclusive, inBand, limit }: ServeArguments) {
  const { groupId } = await import('../board/group-id.ts');
  return {
    exclusive,
    inBand,
    limits: limitsOf(limit),
    socketMode: socketMode === undefined ? undefined : octalMode('--socket-mode', socketMode),
    socketGroup: socketGroup === undefined ? undefined : groupId(socketGroup),
  };
}

/** How often a front-end's socket is looked for. */
const LOOK_MS = 100;
const INTERRUPTED = 130;

/** Waits for the front-end's socket: a virtual machine may be started after us. @returns false when interrupted */
async function appeared(socket: string): Promise<boolean> {
  if (existsSync(socket)) return true;
  const { checkSocketPath } = await import('../../board/served.ts');
  checkSocketPath(socket);
  warn(`waiting for ${socket}`);
  const { untilInterrupted } = await import('../terminal/until-interrupted.ts');
  let over = false;
  const found = (async () => {
    while (!over && !existsSync(socket)) await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  })();
  await untilInterrupted(found);
  over = true;
  return existsSync(socket);
}

/** Where to serve. @throws {UsageError} when that was not said */
function placeOf({ socketDir, socket, socketPath, fd, bus, client }: ServeArguments): ServePlace {
  if (fd !== undefined) {
    if (/^\d+$/.test(fd)) return { fd: Number(fd), bus };
    throw new InvalidValue('--fd', 'the number of an open descriptor', fd);
  }
  const path = socket ?? socketPath;
  if (path !== undefined) return { socket: path, bus, client };
  if (socketDir !== undefined) return { socketDirectory: socketDir };
  throw new UsageError('one of --socket-dir, --socket or --fd is required');
}

/**
 * The form is `VHostUserBackendCapabilities` of QEMU's docs/interop/vhost-user.json; a feature is an option that
 * this program has besides those that every back-end has.
 */
function printCapabilities(bus = 'i2c'): number {
  const type = /(?:^|\/)(i2c|spi|gpio)\d*$/.exec(bus)?.[1] ?? 'i2c';
  const features = ['board', 'bus', 'overlay', 'adopt'];
  process.stdout.write(`${plainJson({ type, features }, 2)}\n`);
  return 0;
}

/** What is printed once front-ends may connect: the sockets, the page, then `ready`; or one line of JSON. */
function readyText(buses: readonly ServedBus[], json: boolean, page: string | undefined): string {
  const nameOf = ({ node }: ServedBus) => `${node.kind}${node.number}`;
  if (json) {
    const listed = buses.map((bus) => ({ bus: nameOf(bus), owner: bus.owner ?? null, socket: bus.socket }));
    return `${plainJson({ ready: true, buses: listed, page })}\n`;
  }
  const lines = buses.map((bus) => {
    const owner = bus.owner === undefined ? '' : `${bus.owner}/`;
    return `${owner}${nameOf(bus)} ${oneLine(bus.socket)}\n`;
  });
  return `${lines.join('')}${page === undefined ? '' : `page ${page}\n`}ready\n`;
}
