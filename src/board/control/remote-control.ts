import { BusFault } from '../../bus/index.ts';
import { openStream, RemoteSession, remoteAddress, whoAmI } from '../../remote/index.ts';
import { BoardError } from '../board-error.ts';
import { tracedBusesOf } from '../share/shared-trace.ts';
import type { BoardControl, ControlEvent } from './protocol.ts';
import { tellRecords } from './told-records.ts';

/** Of the board that is watched, among the events. */
const BOARD = 0;

/** A board that another machine shares: it can be watched, and nothing on it touched. @throws {BoardError} it is not there */
export async function connectRemote(text: string): Promise<BoardControl> {
  const { place, name, bus } = addressOf(text);
  let told: (event: ControlEvent) => void = () => {};
  let end = (): void => {};
  const over = new Promise<void>((resolve) => {
    end = resolve;
  });
  const session: RemoteSession = new RemoteSession({
    name,
    who: whoAmI(),
    token: process.env['DTBUS_TOKEN'] ?? '',
    open: () => openStream(place, name),
    onEnd: () => end(),
    onHappened: (records, lost) => {
      try {
        tellRecords(BOARD, Uint8Array.from(records), told);
      } catch (thrown) {
        if (!(thrown instanceof RangeError)) throw thrown;
        void session.close();
        end();
      }
      if (lost > 0) told({ event: 'lost', board: BOARD, count: lost });
    },
  });
  await session.connect().catch((fault) => refuse(fault));
  return {
    ask: async (request) => {
      // Who names a part to look at need not ask for its path.
      if (request.call === 'get' && request.part.startsWith('/')) return { path: request.part } as never;
      throw new BoardError(
        `${request.call} works on the machine that shares the board, by its file; from here it can be watched, and parts named by their paths`,
      );
    },
    watch: async ({ parts = [], buses = [] }, tell) => {
      const only = bus === undefined ? buses : [...buses, bus];
      const board = await session.watch(parts, only).catch((fault) => refuse(fault));
      told = tell;
      tell({
        event: 'board',
        board: BOARD,
        buses: tracedBusesOf(board),
        of: { file: board.file, sha256: board.sha256 },
      });
      return { over, pause: () => session.pause(), resume: () => session.resume() };
    },
    close: () => void session.close(),
  };
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
