import type { MessagePort } from 'node:worker_threads';
import type { Errno } from '../../bus/index.ts';
import type { FaultStart, Strike } from '../../faults/index.ts';
import type { VirtioNode } from '../../frontend/index.ts';
import type { DataSheet, Level } from '../../parts/index.ts';
import type { ReplayReport } from '../../replay/index.ts';
import type { Curve, PropertyDeclaration, PropertyValue, RegisterReport } from '../../sim/index.ts';

/**
 * What answers for a peripheral of a bus: a model, what is on the wire, or nothing; `refused` is what belongs to another
 * client (`dtbus,owner`), on a board that another process serves.
 */
export type AnsweredBy = 'model' | 'wire' | 'nothing' | 'refused';

/** A peripheral of a bus: a child of its node. */
export interface PeripheralReport {
  readonly path: string;
  readonly compatible: readonly string[];
  /** Addresses (bit 31: ten-bit) or chip selects. */
  readonly reg: readonly number[];
  readonly answeredBy: AnsweredBy;
  /** The model's title. */
  readonly model: string | undefined;
  /** How much of it is simulated: it behaves, or answers by its registers only; undefined where nothing is known of that. */
  readonly level: Level | undefined;
  /** The guest that alone may use it (`dtbus,owner`); undefined: it names none, or none that is valid. */
  readonly owner: string | undefined;
  /** The buses behind a multiplexer, a gate or an arbiter that something is on. */
  readonly channels: readonly ChannelReport[];
}

/** A bus behind a peripheral. */
export interface ChannelReport {
  readonly path: string;
  /** Its number on the multiplexer; undefined for the one of a gate or an arbiter. */
  readonly number: number | undefined;
  /** Whether what is behind it is reached now; undefined: nobody knows. */
  readonly isConnected: boolean | undefined;
  readonly peripherals: readonly PeripheralReport[];
}

/** A bus as the back-end has it. */
export interface BusReport {
  readonly path: string;
  readonly kind: 'i2c' | 'spi';
  /** What carries it: `simulated I2C bus`, `Bus Pirate v3.5 on /dev/ttyUSB0`; undefined where nothing does. */
  readonly host: string | undefined;
  /** Path of the host's node; undefined for a bus without one. */
  readonly hostPath: string | undefined;
  readonly state: 'closed' | 'opening' | 'open' | 'lost';
  /** Why it is lost, or why there is no bus at all. */
  readonly fault: string | undefined;
  /** Of a channel of a multiplexer beside its bus: whether that connects it now; undefined: it is none, or nobody knows. */
  readonly isConnected: boolean | undefined;
  readonly peripherals: readonly PeripheralReport[];
  /** Transfers and bytes that went well, and faults by errno. */
  readonly counters: {
    readonly transfers: number;
    readonly bytes: number;
    readonly faults: Record<string, number>;
  };
}

/** An emulated adapter that carries no bus of the board: it waits for other programs while the board is up. */
export interface WaitingAdapter {
  /** Path of its node. */
  readonly path: string;
  /** Path of the port at which it waits. */
  readonly port: string;
}

/** A simulated part as others see it. */
export interface PartReport {
  readonly path: string;
  readonly title: string;
  readonly properties: readonly PropertyDeclaration[];
}

/** Of the data sheet of a model of the user's own, what one needs to read the transfers of its part: plain data. */
export interface OwnSheet {
  /** Path of the part's node. */
  readonly path: string;
  readonly sheet: Pick<DataSheet, 'bus' | 'registers' | 'instructions' | 'memory'>;
}

/** A line of a GPIO controller. */
export interface LineReport {
  /** Path of the controller's node. */
  readonly path: string;
  readonly line: number;
  /** By `gpio-line-names`; empty where there is none. */
  readonly name: string;
  /** `out` while a front-end, the board's own or a guest's, has made it an output. */
  readonly direction: 'in' | 'out';
  readonly high: boolean;
  /** Interrupt outputs that can pull it: `/i2c/gpio@20 INT`. */
  readonly wired: readonly string[];
  /** Who gives it its level now: all that pull it low, else whose output it is: `outside`, `the board`. */
  readonly drivers: readonly string[];
}

/** Where a fault is to be: a path that `inject` is given, and what is to happen there. */
export interface FaultRequest extends FaultStart {
  /** Of a bus, or of a part on it. */
  readonly path: string;
}

/** How often a fault has struck, and where. */
export interface FaultReport {
  readonly fired: number;
  /** How often it could have struck until it had for the last time: what it let pass counts too. */
  readonly chances: number;
  /** The first 256. */
  readonly strikes: readonly Strike[];
}

/** What the board asks of its back-end besides transfers: name -> arguments and result. */
export interface BackEndCalls {
  /** Begins to open the hosts that no transfer has opened yet. */
  openHosts(): void;
  buses(): BusReport[];
  waitingAdapters(): readonly WaitingAdapter[];
  /** Why a transfer of the bus at this path failed with `code` a moment ago, where more is known than that. */
  reasonOf(path: string, code: Errno): string | undefined;
  parts(): PartReport[];
  ownSheets(): OwnSheet[];
  getProperty(path: string, property: string): PropertyValue;
  setProperty(path: string, property: string, value: PropertyValue): void;
  /** A property follows a curve from now on; `id`: as for `startTrace`. */
  follow(id: number, path: string, property: string, curve: Curve): void;
  endFollow(id: number): void;
  resetPart(path: string): void;
  registers(path: string): readonly RegisterReport[];
  snapshotPart(path: string): object;
  restorePart(path: string, snapshot: object): void;
  /** The lines of all GPIO controllers. */
  lines(): LineReport[];
  /** What the world outside does to a line; undefined: nothing. */
  driveLine(path: string, line: number, high: boolean | undefined): void;
  /** What the outside does to one pin of a GPIO expander; undefined: nothing. */
  drivePin(path: string, pin: number, high: boolean | undefined): void;
  /** From now on changes of this line are told. */
  watchLine(path: string, line: number): void;
  /** From now on transfers are written down; `id`: a number of the caller's above 0, for `endTrace`. */
  startTrace(id: number, trace: TraceStart): number;
  endTrace(id: number): void;
  /** Puts a fault on a simulated bus; `id`: as for `startTrace`. @returns why what carries the bus cannot carry it */
  inject(id: number, fault: FaultRequest): string | undefined;
  removeFault(id: number): FaultReport;
  faultReport(id: number): FaultReport;
  /** Undefined: no recording is replayed as the parts. */
  replayed(): ReplayReport | undefined;
  /** Writes the contents of parts that live in files: the process is about to end. */
  save(): void;
  /** Steps a stepped clock. */
  advance(ns: number): void;
}

export type CallName = keyof BackEndCalls;

/** Asks the back-end and waits for the answer. */
export type Call = <Name extends CallName>(
  name: Name,
  ...args: Parameters<BackEndCalls[Name]>
) => ReturnType<BackEndCalls[Name]>;

/** A device that has no bus: the register block at this place stays empty. */
export interface DeviceProblem {
  readonly path: string;
  readonly property: string | undefined;
  readonly sentence: string;
}

/** A device of the board, its node by its path: what of a `VirtioNode` goes from thread to thread. */
type DeviceEntry = Omit<VirtioNode, 'node'> & { readonly path: string };

/** Which transfers are written down, and where. */
export interface TraceStart {
  /** By `traceMemory` in src/backend. */
  readonly memory: SharedArrayBuffer;
  /** Paths of buses, and of parts on them; `undefined`: everything. */
  readonly only: readonly string[] | undefined;
}

/** How a back-end serves its board, in whichever thread. */
export interface BackEndSettings {
  /** Folder that relative file names of the tree start from. */
  readonly directory: string;
  /** Folders and files beside it whose models may run. */
  readonly trust: readonly string[];
  /** The board is only looked at; see `BoardOptions`. */
  readonly look: boolean;
  /** Only `advance` and transfers move a stepped clock. */
  readonly steppedClock: boolean;
  /** Mistakes of drivers are told. */
  readonly strict?: boolean;
  readonly memory: SharedArrayBuffer;
  readonly registers: SharedArrayBuffer;
  readonly trace: TraceStart | undefined;
  /** The recording that takes part. */
  readonly replay: ReplaySettings | undefined;
}

/** A recording that is the board's parts, or (`stimulus`) moves the lines of a board whose parts are models. */
export interface ReplaySettings {
  readonly file: string;
  readonly as: 'parts' | 'stimulus';
  /** Of the board's tree. */
  readonly sha256: string;
}

/** What a back-end in a thread of its own is to do. */
export interface BackEndStart extends BackEndSettings {
  /** The board's tree: as a blob it takes a third of the time that its nodes would take as a structured clone. */
  readonly blob: Uint8Array;
  /** The board's devices, in the order of their register blocks. */
  readonly devices: readonly DeviceEntry[];
  /** Polls the rings for ever. */
  readonly poll: boolean;
}

/** What a thread is told to serve. */
export interface ThreadStart extends BackEndStart {
  readonly channels: BoardChannels;
}

/** Between a board and its thread, beside the thread's own messages. */
export interface BoardChannels {
  /** Calls come and answers go here. */
  readonly calls: MessagePort;
  /** Word 0 counts answers. */
  readonly answers: SharedArrayBuffer;
  /** Words of `CONTROL`. */
  readonly control: SharedArrayBuffer;
}

/** What a board and its thread tell each other by words in memory: each is 1 while it is so. */
export const CONTROL = {
  /** The board is to be closed. */
  CLOSING: 0,
  /** The thread opens adapters, by native code. */
  OPENING: 1,
  /** The board, or its process, ends: nobody is there for whom the thread would wait until a transfer has taken its time. */
  ENDING: 2,
} as const;
export const CONTROL_WORDS = 3;

export interface CallMessage {
  readonly id: number;
  readonly name: CallName;
  readonly args: readonly unknown[];
}

/** What comes from the back-end's thread by message. */
export type BackEndMessage =
  | { readonly kind: 'line'; readonly path: string; readonly line: number; readonly high: boolean }
  | {
      readonly kind: 'ready';
      readonly problems: readonly DeviceProblem[];
      /** Adapters that cannot be opened now. */
      readonly unavailable: readonly DeviceProblem[];
      /** The thread's number in the kernel; undefined where it has none. */
      readonly tid: number | undefined;
    }
  | { readonly kind: 'notOpened'; readonly problem: DeviceProblem }
  | { readonly kind: 'warning'; readonly sentence: string }
  /** The board is closed; the thread can serve another. */
  | { readonly kind: 'closed' }
  | { readonly kind: 'answer'; readonly id: number; readonly result?: unknown; readonly error?: string };
