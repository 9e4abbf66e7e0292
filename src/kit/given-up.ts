import { endSession, type Session } from './session.ts';

/** The tests that a runner may give up. */
const watched = new WeakMap<AbortSignal, Set<Session>>();

/** What a runner (node:test, vitest 3.2 and newer) tells a test by that it has given it up: it took too long. */
export function signalOf(context: unknown): AbortSignal | undefined {
  const { signal } = (context ?? {}) as { readonly signal?: unknown };
  return signal instanceof AbortSignal ? signal : undefined;
}

/** Ends the board of a test when its runner gives it up: what goes on in it finds a closed board, and no adapter is kept. */
export function endWhenGivenUp(session: Session, context: unknown): void {
  const signal = signalOf(context);
  if (signal === undefined) return;
  if (signal.aborted) void endUnfinished(session);
  const known = watched.get(signal);
  known?.add(session);
  if (known !== undefined) return;
  const running = new Set([session]);
  watched.set(signal, running);
  signal.addEventListener('abort', () => running.forEach((each) => void endUnfinished(each)), { once: true });
}

/** Its runner hears no more of the test, so standard error does. */
async function endUnfinished(session: Session): Promise<void> {
  if (session.ended !== undefined) return;
  const left = await endSession(session).catch((error: unknown) => [String(error)]);
  for (const sentence of ['closed, as the runner has given its test up', ...left])
    process.stderr.write(`dtbus: ${session.recorder.name}: ${sentence}\n`);
}
