import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Tree } from '../../devicetree/index.ts';
import { filePath } from '../../input/index.ts';
import type { ReplayReport } from '../../replay/index.ts';
import { BoardError } from '../board-error.ts';
import type { ReplaySettings } from '../thread/protocol.ts';
import type { BoardOptions } from './board-options.ts';
import { treeSha256 } from './tree-hash.ts';

/** What is replayed on a board: as its caller says, or `dtbus replay` by the environment. */
export function replaySettings({ replay, look }: BoardOptions, tree: Tree): ReplaySettings | undefined {
  const given = replay ?? (process.env['DTBUS_REPLAY'] || undefined);
  if (given === undefined || look) return undefined;
  const isPlain = typeof given === 'string' || 'href' in given;
  const file = resolve(filePath('replay', isPlain ? given : given.file));
  const said = isPlain ? process.env['DTBUS_REPLAY_AS'] : given.as;
  return { file, as: said === 'stimulus' ? 'stimulus' : 'parts', sha256: treeSha256(tree) };
}

type ReplayRoom = typeof import('../../replay/index.ts');

/** Before a thread is to replay it: its errors are those of who opens the board. @throws {BoardError} */
export function checkReplay({ Replay, Recording }: ReplayRoom, { file, as }: ReplaySettings): void {
  try {
    const recording = Recording.read(file);
    if (as === 'parts') new Replay(recording);
  } catch (thrown) {
    throw replayError(thrown);
  }
}

/** What is wrong with a recording as an error of the board; anything else as it is. */
export function replayError(thrown: unknown): unknown {
  const isOfRecording = thrown instanceof Error && thrown.name === 'RecordingError';
  return isOfRecording ? new BoardError(thrown.message, { cause: thrown }) : thrown;
}

type HowFar = () => Pick<ReplayReport, 'answered' | 'mismatchCount'> | undefined;

/** Of the boards of this process. */
const howFar: HowFar[] = [];

/**
 * When this process ends, `dtbus replay`, which has started it, is told how far its board came: the first that was asked for
 * anything, as `dtbus/register` opens one too. It may be closed by then.
 */
export function reportAtExit(replayed: HowFar): void {
  const file = process.env['DTBUS_REPLAY_REPORT'];
  if (file === undefined) return;
  if (howFar.push(replayed) > 1) return;
  process.once('exit', () => {
    const reports = howFar.flatMap((ask) => ask() ?? []);
    const used = reports.find(({ answered, mismatchCount }) => answered + mismatchCount > 0) ?? reports[0];
    if (used !== undefined) writeFileSync(file, JSON.stringify(used));
  });
}
