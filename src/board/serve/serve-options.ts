import {
  callback,
  flag,
  group,
  integer,
  type OptionChecks,
  oneLine,
  oneOf,
  option,
  text,
} from '../../input/index.ts';
import type { Limits } from '../../transport/index.ts';
import type { TreeCheckOptions } from '../open/check-tree.ts';
import { type TreeOptions, treeChecks } from '../open/load-tree.ts';
import type { ServePlace, SocketPermissions } from './serve-place.ts';

/** How a board is served, wherever that is. */
export interface ServeSettings extends TreeOptions, TreeCheckOptions {
  /** Take over every I2C and SPI controller of a vendor's tree. */
  readonly adopt?: boolean;
  /** What a front-end has used stays its own until it leaves; others get `EBUSY`. */
  readonly exclusive?: boolean;
  /** What each front-end, and all together, may ask: other limits than the defaults. */
  readonly limits?: Partial<Limits>;
  /** Told of what is odd, a sentence each. */
  readonly onWarning: (sentence: string) => void;
  /** Tells front-ends by messages instead of descriptors, and hears of them so: for guests in virtual time. */
  readonly inBand?: boolean;
  /**
   * The board has a stepped clock, and one User-Mode Linux at a time shares it (`timeSocket`): it moves the board's time,
   * and the board's transfers and interrupts move its own. Notifications are in band.
   */
  readonly virtualTime?: boolean;
  /** Told who comes to the sockets, who goes and who is not let in. */
  readonly log?: (sentence: string) => void;
  /** Told of everything that happens at the sockets. */
  readonly trace?: (sentence: string) => void;
}

/** How and where `serveBoard` serves a board. */
export type ServeOptions = ServeSettings &
  ServePlace &
  SocketPermissions & {
    /** Ends the wait for a front-end that listens itself and does not accept. */
    readonly signal?: AbortSignal;
  };

const limit = integer(1, Number.MAX_SAFE_INTEGER);

export const settingChecks: OptionChecks<ServeSettings> = {
  ...treeChecks,
  adopt: flag,
  exclusive: flag,
  limits: group<Limits>({
    memoryBytes: limit,
    requestBytes: limit,
    connectionsPerSocket: limit,
    connections: limit,
    messageMs: limit,
    messageBurst: limit,
    messagesPerSecond: limit,
  }),
  treeChecks: oneOf('warn', 'error', 'off'),
  onWarning: callback,
  inBand: flag,
  virtualTime: flag,
  log: callback,
  trace: callback,
};

export const serveChecks: OptionChecks<ServeOptions> = {
  ...settingChecks,
  signal: option('an AbortSignal', (value) => value instanceof AbortSignal),
  socketDirectory: text,
  socket: text,
  bus: text,
  client: flag,
  fd: integer(0, 2 ** 31 - 1),
  socketMode: integer(0, 0o7777),
  socketGroup: integer(0, 2 ** 32 - 1),
};

/** Who is told something writes it to a terminal or a log, and it quotes trees, files, peers and models. */
export function withOneLine(options: ServeOptions): ServeOptions {
  const { onWarning, log, trace } = options;
  return {
    ...options,
    onWarning: (sentence) => onWarning(oneLine(sentence)),
    ...(log && { log: (sentence: string) => log(oneLine(sentence)) }),
    ...(trace && { trace: (sentence: string) => trace(oneLine(sentence)) }),
  };
}
