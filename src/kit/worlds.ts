import { resolve } from 'node:path';
import { ADAPTER_CLOSED, BoardError, type BoardOptions, lockOf } from '../board/index.ts';
import { checkOptions, type FilePath, filePath, invalid, option } from '../input/index.ts';
import { type Duration, durationText, msOf } from './duration.ts';
import { realSleep } from './timers.ts';

const NAMES = ['sim', 'emulated', 'hardware'] as const;

/** What a suite runs on: simulated parts, emulated adapters with simulated parts behind them, or the real thing. */
export type World = (typeof NAMES)[number];

/** The tree of each world that a suite runs on. */
export type Worlds = { readonly [Name in World]?: FilePath };

const anything = option('a path or a file: URL', () => true);

/** Chooses the world: `sim` where nobody says it. */
const VARIABLE = 'DTBUS_ON';
/** Until hardware that somebody else uses is given up. Shorter than what runners give a test. */
const LOCK_WAIT_MS = 2000;
const LOOK_MS = 50;

/** The suite has no tree for this world, or its hardware is not there: the test is skipped with that reason. */
export class WorldUnsupportedError extends BoardError {
  override readonly name = 'WorldUnsupportedError';
}

/** The tree that a test runs on, and in which world. */
export interface Place {
  readonly world: World;
  readonly tree: string;
  /** What the world wants of the board, whatever else is said. */
  readonly settings: BoardOptions;
}

/** Where a suite that runs `on` these runs now, by `DTBUS_ON`. @throws {WorldUnsupportedError} @throws {TypeError} */
export function placeIn(on: Worlds): Place {
  checkOptions<Worlds>('on', on, { sim: anything, emulated: anything, hardware: anything });
  const given = process.env[VARIABLE] || 'sim';
  const world = NAMES.find((name) => name === given);
  if (world === undefined) throw invalid(VARIABLE, 'sim, emulated or hardware', given);
  const tree = on[world];
  if (tree === undefined)
    throw new WorldUnsupportedError(
      `no tree for ${world}: this suite runs on ${Object.keys(on).join(', ') || 'nothing'}`,
    );
  const settings: BoardOptions =
    world === 'sim' ? {} : { backEnd: 'worker', clock: 'real', openHosts: 'now' };
  return { world, tree: filePath(`on.${world}`, tree), settings };
}

/**
 * Holds the hardware of a tree for one board: by `FILE.lock` beside it, which ends with its process.
 * @returns what lets it go @throws {BoardError} who has it, where he does not end in time
 */
export async function holdHardware(tree: string): Promise<() => void> {
  const lock = await lockOf(resolve(tree));
  for (let waited = 0; ; waited += LOOK_MS) {
    const holder = lock.take();
    if (holder === undefined) return () => lock.release();
    if (waited >= LOCK_WAIT_MS)
      throw new BoardError(
        `${tree}: the hardware is in use by ${holder}; run one test file at a time, or wait until it has ended`,
      );
    await realSleep(LOOK_MS);
  }
}

/** @throws {WorldUnsupportedError} an adapter of the tree was not there when the board opened, by what was warned of */
export function checkHardware({ tree }: Place, warnings: readonly string[]): void {
  const missing = warnings.find((sentence) => sentence.includes(ADAPTER_CLOSED));
  if (missing !== undefined) throw new WorldUnsupportedError(`no hardware for ${tree}: ${missing}`);
}

/** What an upper limit is widened by, and how a failure tells of it. */
export interface Slack {
  readonly ms: number;
  /** `, and 5 ms of slack on hardware`; nothing where time is exact. */
  readonly text: string;
}

export const NO_SLACK: Slack = { ms: 0, text: '' };

/** The slack of a suite: of a world whose time is the machine's. */
export function slackOf(slack: Duration | undefined, place: Place | undefined): Slack {
  const ms = slack === undefined ? 0 : msOf(slack, 'slack');
  if (ms === 0 || place === undefined || place.world === 'sim') return NO_SLACK;
  return { ms, text: `, and ${durationText(ms)} of slack on ${place.world}` };
}
