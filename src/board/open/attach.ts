import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { type DeviceNode, ERRNO, type Errno } from '../../bus/index.ts';
import type { Node, Tree } from '../../devicetree/index.ts';
import { clientsOf, DEVICE_KINDS, findDevices, type VirtioNode } from '../../frontend/index.ts';
import { absence, statsAt } from '../../input/index.ts';
import { connectUnix, OsError } from '../../os/index.ts';
import { hasModel } from '../../parts/index.ts';
import { VhostUserError, VhostUserFrontEnd } from '../../transport/index.ts';
import { DmaAllocator } from '../../virtio/index.ts';
import { isOwnedBy, ownerOf } from '../assemble/ownership.ts';
import { type Answer, peripheralReport } from '../assemble/peripheral-reports.ts';
import { BoardError } from '../board-error.ts';
import { CONTROL_SOCKET } from '../control/place.ts';
import { LineWatchers } from '../handles/line-handle.ts';
import { notServed, publishedTree, twoTrees } from '../serve/published-tree.ts';
import { callsInline } from '../thread/calls.ts';
import type { AnsweredBy, BackEndCalls, BusReport, Call, DeviceProblem } from '../thread/protocol.ts';
import { doubtsOf, type TreeDoubt } from './check-tree.ts';
import { loadTree, type TreeOptions } from './load-tree.ts';

export interface AttachOptions extends TreeOptions {
  readonly adopt?: boolean;
  /** What the caller has said of the board besides: its file, `overlays`, … */
  readonly chosen: readonly string[];
  /** Bytes of memory that is shared with the back-end, for each bus. */
  readonly memoryBytes: number;
}

/** A board that another process serves, as `Board` takes it. */
export interface AttachedBoard {
  readonly tree: Tree;
  readonly devices: readonly VirtioNode[];
  readonly problems: readonly DeviceProblem[];
  readonly doubts: () => readonly TreeDoubt[];
  readonly frontEnd: (index: number) => Line | undefined;
  readonly watchers: LineWatchers;
  readonly call: Call;
  readonly isElsewhere: true;
  readonly end: (detach: () => void) => Promise<void>;
}

/** The way to one device, with the memory that its requests lie in. */
interface Line {
  readonly transport: VhostUserFrontEnd;
  readonly dma: DmaAllocator;
}

/** How often a server that is gone is looked for, in ms, while something waits for it. */
const RECONNECT_MS = 20;
/** Where the server does not tell the reason. */
const LOST = 'the adapter is lost; the process that serves the board says why';
/** How long a server may take for an answer that needs no bus. */
const ANSWER_MS = 5000;

/**
 * Connects to a board in the process that serves it, over the protocol that guests use.
 * @param file the board's tree, where none lies beside the sockets
 * @param place the folder of the sockets, one socket, or `i2c1=SOCKET`
 * @throws {BoardError} nobody serves there, or it is not clear which bus a socket is
 */
export function attach(file: string, place: string, options: AttachOptions): AttachedBoard {
  const { tree, sockets } = placeOf(file, place, options);
  const lines: (Line | undefined)[] = [];
  const problems: DeviceProblem[] = [];
  for (const [device, socket] of sockets) {
    try {
      lines.push(connect(device, socket, options.memoryBytes));
    } catch (thrown) {
      if (!(thrown instanceof OsError) && !(thrown instanceof VhostUserError)) throw thrown;
      lines.push(undefined);
      const sentence = `not served: ${thrown.message}`;
      problems.push({ path: device.node.path, property: undefined, sentence });
    }
  }
  if (lines.every((line) => line === undefined)) {
    throw new BoardError(
      `no board is served at ${place}${problems[0] === undefined ? '' : ` (${problems[0].sentence})`}: start dtbus serve`,
    );
  }
  const devices = [...sockets.keys()];
  const reports = () =>
    [...sockets].flatMap(([device, socket], index) => report(device, socket, lines[index]) ?? []);
  const reasonOf = (path: string, code: Errno) =>
    lines[devices.findIndex(({ node }) => node.path === path)]?.transport.reasonOf(ERRNO[code]);
  return {
    tree,
    devices,
    problems,
    doubts: () => doubtsOf(file, { tree, overlays: [], compiled: new Map() }, devices),
    frontEnd: (index) => lines[index],
    watchers: new LineWatchers(),
    call: callsInline(callsFor(reports, reasonOf, elsewhere(file, place))),
    isElsewhere: true,
    end: async (detach) => {
      detach();
      for (const line of lines) line?.transport.close();
    },
  };
}

function connect(device: VirtioNode, socket: string, memoryBytes: number): Line {
  const transport = new VhostUserFrontEnd({
    connect: () => connectUnix(socket),
    deviceId: DEVICE_KINDS[device.kind].deviceId,
    memoryBytes,
    reconnectMs: RECONNECT_MS,
    timeoutMs: ANSWER_MS,
  });
  const { address, size } = transport.dmaRange;
  return { transport, dma: new DmaAllocator(address, size) };
}

interface Place {
  readonly tree: Tree;
  readonly sockets: ReadonlyMap<VirtioNode, string>;
}

function placeOf(file: string, place: string, options: AttachOptions): Place {
  const [, name, path] = /^((?:i2c|spi|gpio)\d+)=(.+)$/.exec(place) ?? [undefined, undefined, place];
  const stats = statsAt(path as string);
  if (stats === undefined) throw new BoardError(nothingAt(path as string));
  if (!stats.isDirectory() && !stats.isSocket()) throw new BoardError(notServed(path as string));
  const remedy = `write openBoard({ connect: ${JSON.stringify(place)} }), or leave out connect`;
  const refusal = twoTrees(options.chosen, path as string, remedy);
  if (refusal !== undefined) throw new BoardError(refusal);
  const published = publishedTree(path as string);
  if (published === undefined && stats.isDirectory() && !readdirSync(path as string).some(isSocketName))
    throw new BoardError(`no board is served at ${path}: start dtbus serve`);
  const tree = published === undefined ? loadTree(file, options) : loadTree(published, {});
  const devices = findDevices(tree, { adopt: options.adopt ?? false });
  if (stats.isDirectory()) {
    // An owner's folder has only the buses where it has peripherals.
    const all = devices.map((device) => [device, join(path as string, `${nameOf(device)}.sock`)] as const);
    return { tree, sockets: new Map(all.filter(([, socket]) => existsSync(socket))) };
  }
  const wanted = name ?? basename(path as string, '.sock');
  const device =
    devices.find((each) => nameOf(each) === wanted) ??
    (devices.length === 1 && name === undefined ? devices[0] : undefined);
  if (device === undefined) {
    const names = devices.map(nameOf).join(', ') || 'none';
    throw new BoardError(`cannot tell which bus ${path} serves; use NAME=${path} (NAME: ${names})`);
  }
  return { tree, sockets: new Map([[device, path as string]]) };
}

/** What to do where nothing is: who serves, or who else owns parts of the board that is served there. */
function nothingAt(path: string): string {
  const folder = dirname(path);
  if (publishedTree(folder) === undefined)
    return `${absence(path)?.sentence ?? `not found: ${path}`}; start dtbus serve`;
  const owners = readdirSync(folder).filter((name) => publishedTree(join(folder, name)) !== undefined);
  return `not found: ${path}; the board that is served at ${folder} has ${owners.length === 0 ? 'no owners' : `the owners ${owners.join(', ')}`}`;
}

const isSocketName = (file: string): boolean => file.endsWith('.sock');

const nameOf = ({ kind, number }: VirtioNode): string => `${kind}${number}`;

/** What is known of a bus from here. */
function report({ kind, node }: VirtioNode, socket: string, line: Line | undefined): BusReport | undefined {
  if (kind === 'gpio') return undefined;
  const open = line?.transport.connected === true;
  const hasOwners = clientsOf(node).some((client) => ownerOf(client) !== undefined);
  const owner = ownerAt(socket);
  const lost = open ? line.transport.reasonOf(ERRNO.ENODEV) : 'not served';
  return {
    path: node.path,
    kind,
    host: `dtbus serve at ${socket}`,
    hostPath: undefined,
    state: lost === undefined ? 'open' : 'lost',
    fault: lost,
    isConnected: undefined,
    peripherals: clientsOf(node)
      .filter((peripheral) => peripheral.has('reg'))
      .map((peripheral) => {
        const refused = hasOwners && !isOwnedBy(peripheral, owner);
        const answer = refused ? REFUSED : answerFor(node, peripheral, 'wire');
        return peripheralReport(kind, peripheral, answer, {
          answer: (below, before) => (refused ? REFUSED : answerFor(node, below, before)),
        });
      }),
    counters: { transfers: 0, bytes: 0, faults: {} },
  };
}

const REFUSED: Answer = { answeredBy: 'refused', model: undefined, level: undefined };

/**
 * What answers in the process that serves the board, as far as the tree tells: on a simulated bus what has no model is
 * silent, and so is what is behind it.
 */
function answerFor(bus: Node, peripheral: DeviceNode, before: AnsweredBy): Answer {
  const known = MODEL_PROPERTIES.some((name) => peripheral.has(name)) || hasModel(peripheral.compatible);
  const answeredBy = before !== 'nothing' && (known || bus.has('dtbus,host')) ? 'wire' : 'nothing';
  return { answeredBy, model: undefined, level: undefined };
}

/** What makes a model answer whatever the compatible is. */
const MODEL_PROPERTIES = ['dtbus,model', 'dtbus,dump'];

/** Whose folder a socket lies in; see `ServedBoard`. */
function ownerAt(socket: string): string | undefined {
  const folder = dirname(resolve(socket));
  const isOwners =
    !existsSync(join(folder, CONTROL_SOCKET)) && existsSync(join(dirname(folder), CONTROL_SOCKET));
  return isOwners ? basename(folder) : undefined;
}

/** Where parts and lines can be touched: the process that serves the board has a socket for it, see `ServedBoard`. */
function elsewhere(file: string, place: string): string {
  // The socket of one bus, and the folder of an owner, lie in the folder of the server.
  const folder = [place, dirname(place)].find((each) => existsSync(join(each, CONTROL_SOCKET)));
  const board = folder === undefined ? `-b ${file}` : `--connect ${folder}`;
  return `not in this process: simulated parts, their time and the outside of GPIO lines are in the process that serves the board; use them there, or dtbus get, set, show and press with ${board}`;
}

/** vhost-user carries transfers, why they failed, and nothing else. */
function callsFor(
  buses: () => BusReport[],
  reasonOf: (path: string, code: Errno) => string | undefined,
  sentence: string,
): BackEndCalls {
  const elsewhere = () => {
    throw new BoardError(sentence);
  };
  return {
    openHosts() {},
    buses,
    reasonOf: (path, code) => reasonOf(path, code) ?? (code === 'ENODEV' ? LOST : undefined),
    waitingAdapters: () => [],
    parts: elsewhere,
    ownSheets: elsewhere,
    lines: elsewhere,
    getProperty: elsewhere,
    setProperty: elsewhere,
    follow: elsewhere,
    endFollow() {},
    resetPart: elsewhere,
    registers: elsewhere,
    snapshotPart: elsewhere,
    restorePart: elsewhere,
    driveLine: elsewhere,
    drivePin: elsewhere,
    watchLine: elsewhere,
    startTrace: elsewhere,
    endTrace() {},
    inject: elsewhere,
    removeFault: elsewhere,
    faultReport: elsewhere,
    save() {},
    replayed: () => undefined,
    advance: elsewhere,
  };
}
