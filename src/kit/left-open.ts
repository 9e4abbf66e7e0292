import { endSession, type Session, sessions } from './session.ts';

let isWatching = false;

/** Tells of the board of a session on standard error, and closes it, if it is open still when the process ends. */
export function sayAtExit(session: Session): void {
  session.isOwn = true;
  if (isWatching) return;
  isWatching = true;
  process.once('beforeExit', endAll);
  // Who calls process.exit leaves no time to close anything.
  process.once('exit', () => leftOpen().forEach(say));
}

function leftOpen(): Session[] {
  return [...sessions].filter(({ isOwn }) => isOwn);
}

async function endAll(): Promise<void> {
  for (const session of leftOpen()) {
    say(session);
    const left = await endSession(session).catch((error: unknown) => [String(error)]);
    for (const sentence of left) process.stderr.write(`dtbus: ${session.recorder.name}: ${sentence}\n`);
  }
}

function say({ recorder }: Session): void {
  process.stderr.write(
    `dtbus: ${recorder.name} was left open: call finish() or close() of each board that openTestBoard opens\n`,
  );
}
