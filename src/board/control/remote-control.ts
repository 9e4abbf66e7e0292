import { BusFault } from '../../bus/index.ts';
import type { History } from '../../lab/index.ts';
import { type RemoteAddress, remoteAddress, tlsFiles } from '../../remote/index.ts';
import { BoardError } from '../board-error.ts';
import { tracedBusesOf } from '../share/shared-trace.ts';
import { LiveBoard } from './past/live-board.ts';
import { type PastRequest, PastWatch } from './past/past-watch.ts';
import type { BoardControl, ControlEvent, ControlWatch } from './protocol.ts';
import { tellRecords } from './told-records.ts';

/** Of the board that is watched, among the events. */
const BOARD = 0;

/**
 * A board that another machine shares: it can be watched, and nothing on it touched.
 * @param past what a NATS server has kept of it is told first; then the board need not be there
 * @throws {BoardError} it is not there
 */
export async function connectRemote(text: string, past?: PastRequest): Promise<BoardControl> {
  const address = addressOf(text);
  const live = new LiveBoard(address);
  const history = past && (await historyOf(address));
  const absence = await live.session.connect().then(() => undefined, BusFault.from);
  const kept = history instanceof BusFault ? undefined : history;
  if (absence !== undefined && kept === undefined) refuse(absence);
  let watch: PastWatch | undefined;
  return {
    ask: async (request) => {
      // Who names a part to look at need not ask for its path.
      if (request.call === 'get' && request.part.startsWith('/')) return { path: request.part } as never;
      throw new BoardError(
        `${request.call} works on the machine that shares the board, by its file; from here it can be watched, and parts named by their paths`,
      );
    },
    watch: async (filter, tell) => {
      const wanted = live.wanted(filter);
      if (history instanceof BusFault) past?.note(history.sentence);
      if (absence !== undefined) past?.note(`${address.name} is not shared now`);
      if (past === undefined || kept === undefined) return watchLive(live, wanted, tell);
      const only = absence === undefined ? await pathsOf(address, wanted) : undefined;
      watch = new PastWatch(
        kept,
        past,
        absence === undefined ? live : undefined,
        { filter: wanted, only },
        tell,
      );
      return watch;
    },
    close: () => {
      watch?.end();
      void live.session.close();
      void kept?.close();
    },
  };
}

async function watchLive(
  live: LiveBoard,
  wanted: ReturnType<LiveBoard['wanted']>,
  tell: (event: ControlEvent) => void,
): Promise<ControlWatch> {
  const { board } = await live.watch(wanted).catch(refuse);
  const { file, sha256 } = board;
  tell({ event: 'board', board: BOARD, buses: tracedBusesOf(board), of: { file, sha256 } });
  live.hear((records, lost) => tellRecords(BOARD, records, tell, lost));
  return { over: live.over, pause: () => live.session.pause(), resume: () => live.session.resume() };
}

/**
 * What the board calls what is wanted of it, by paths; undefined: all. It is asked by a session of its own: the live one
 * watches from the end of the past on. @throws {BoardError} it does not have it
 */
async function pathsOf(
  address: RemoteAddress,
  wanted: ReturnType<LiveBoard['wanted']>,
): Promise<readonly string[] | undefined> {
  if (wanted.parts.length === 0 && wanted.buses.length === 0) return undefined;
  const asking = new LiveBoard(address);
  try {
    await asking.session.connect();
    return (await asking.watch(wanted)).only;
  } catch (thrown) {
    return refuse(thrown);
  } finally {
    await asking.session.close();
  }
}

/** What a server has kept of a board, or why it has nothing. @throws {BoardError} no server could */
async function historyOf({ place, name }: RemoteAddress): Promise<History | BusFault> {
  if (place.way !== 'nats' || place.board === undefined)
    throw new BoardError(
      `no history at ${name}: NATS servers keep them; name the board there, as remote:nats://SERVER/BOARD`,
    );
  const { History } = await import('../../lab/index.ts');
  try {
    return await History.open({ ...place, board: place.board, tls: tlsFiles() }, name);
  } catch (thrown) {
    return BusFault.from(thrown);
  }
}

function refuse(thrown: unknown): never {
  throw new BoardError(BusFault.from(thrown).sentence, { cause: thrown });
}

function addressOf(text: string) {
  try {
    return remoteAddress(text);
  } catch (error) {
    throw new BoardError((error as RangeError).message);
  }
}
