import { type Errno, type FaultHandle, strerror } from '../board/index.ts';
import { messageOf } from '../bus/index.ts';
import { checkOptions, invalid, type OptionChecks, option } from '../input/index.ts';
import { type Duration, durationText, msOf } from './duration.ts';
import { failure, plain } from './failure.ts';
import { type Matcher, matcherOf, type Pattern } from './pattern.ts';
import { type Seen, Traffic } from './traffic.ts';

/** Traffic, or a board with all of its own. */
export type Trafficked = Traffic | { readonly traffic: Traffic };

/** @throws {TypeError} for what is no traffic */
export function trafficOf(subject: Trafficked): Traffic {
  const traffic = subject instanceof Traffic ? subject : subject?.traffic;
  if (traffic instanceof Traffic) return traffic;
  throw invalid('traffic', 'the board of a test, or its board.traffic', subject);
}

function matchersOf(traffic: Traffic, patterns: readonly Pattern[]): readonly Matcher[] {
  return patterns.map((pattern) => matcherOf(traffic, pattern));
}

/** These happened in this order; others may have happened between them. @throws {AssertionError} */
export function assertSent(subject: Trafficked, ...patterns: readonly Pattern[]): void {
  const traffic = trafficOf(subject);
  const matchers = matchersOf(traffic, patterns);
  let found = 0;
  for (const event of traffic.events) if (matchers[found]?.matches(event)) found++;
  const missing = matchers[found];
  if (missing === undefined) return;
  const behind = found === 0 ? '' : `, behind the ${found === 1 ? 'first' : `first ${found}`}`;
  const expected = matchers.map(({ text }, index) => `${index < found ? 'found   ' : 'missing '} ${text}`);
  throw failure({ sentence: `not sent: ${missing.text}${behind}`, expected, traffic }, assertSent);
}

/** These happened in this order, and nothing else. @throws {AssertionError} */
export function assertSentExactly(subject: Trafficked, ...patterns: readonly Pattern[]): void {
  const traffic = trafficOf(subject);
  const matchers = matchersOf(traffic, patterns);
  const { events } = traffic;
  const at = matchers.findIndex(
    ({ matches }, index) => events[index] === undefined || !matches(events[index]),
  );
  if (at < 0 && events.length === matchers.length) return;
  const expected = matchers.map(({ text }, index) => `${String(index + 1).padStart(3)} ${text}`);
  const sentence =
    at < 0
      ? `expected ${matchers.length} transfers and nothing else, got ${events.length}`
      : `expected ${matchers[at]?.text} as number ${at + 1}, got ${textOf(events[at])}`;
  throw failure({ sentence, expected, traffic }, assertSentExactly);
}

function textOf(event: Seen | undefined): string {
  if (event === undefined) return 'nothing more';
  if (event.kind === 'edge') return `line ${event.name || event.line} ${event.high ? 'rises' : 'falls'}`;
  return `${event.part || event.bus}: ${event.text}${event.errno === undefined ? '' : ` (${event.errno})`}`;
}

/** Each of these happened, in whatever order, each by a transfer of its own. @throws {AssertionError} */
export function assertSentInAnyOrder(subject: Trafficked, ...patterns: readonly Pattern[]): void {
  const traffic = trafficOf(subject);
  const left = new Set(traffic.events);
  const matchers = matchersOf(traffic, patterns);
  const missing = matchers.filter(({ matches }) => {
    const event = [...left].find(matches);
    if (event !== undefined) left.delete(event);
    return event === undefined;
  });
  if (missing.length === 0) return;
  const sentence = `not sent: ${missing.map(({ text }) => text).join(', ')}`;
  throw failure({ sentence, expected: matchers.map(({ text }) => text), traffic }, assertSentInAnyOrder);
}

/** Such a transfer or edge happened `times` times. @throws {AssertionError} */
export function assertCount(subject: Trafficked, pattern: Pattern, times: number): void {
  const traffic = trafficOf(subject);
  const matcher = matcherOf(traffic, pattern);
  const count = traffic.events.filter(matcher.matches).length;
  if (count === times) return;
  const sentence = `expected ${matcher.text} ${times} times, got ${count}`;
  throw failure({ sentence, expected: [], traffic }, assertCount);
}

/** Nothing like this happened. @throws {AssertionError} */
export function assertNotSent(subject: Trafficked, pattern: Pattern): void {
  const traffic = trafficOf(subject);
  const matcher = matcherOf(traffic, pattern);
  const event = traffic.events.find(matcher.matches);
  if (event === undefined) return;
  const sentence = `not expected, but sent: ${matcher.text} (${textOf(event)})`;
  throw failure({ sentence, expected: [], traffic }, assertNotSent);
}

/** No transfer happened, whether it went well or not. @throws {AssertionError} */
export function assertQuiet(subject: Trafficked): void {
  const traffic = trafficOf(subject);
  const { length } = traffic.transfers;
  if (length === 0) return;
  throw failure({ sentence: `expected no transfer, got ${length}`, expected: [], traffic }, assertQuiet);
}

/** What two times may be apart that are the same. */
const ROUNDING_MS = 1e-3;

/** A time between two events. */
export interface Spacing {
  /** From the end of each of these … */
  readonly from: Pattern;
  /** … to the beginning of the next of these. */
  readonly to: Pattern;
  readonly atLeast?: Duration;
  readonly atMost?: Duration;
}

const time = option(
  "a time such as '120 ms'",
  (value) => typeof value === 'number' || typeof value === 'string',
);
const anything = option('a transfer', (value) => typeof value === 'object' || typeof value === 'string');
const spacingChecks: OptionChecks<Spacing> = { from: anything, to: anything, atLeast: time, atMost: time };

/**
 * Each `from` has a `to` behind it, as far away in the board's time as is said. @throws {AssertionError}
 */
export function assertSpacing(subject: Trafficked, spacing: Spacing): void {
  checkOptions<Spacing>('spacing', spacing, spacingChecks);
  const traffic = trafficOf(subject);
  const [from, to] = [matcherOf(traffic, spacing.from), matcherOf(traffic, spacing.to)];
  const least = msOf(spacing.atLeast ?? 0, 'atLeast');
  const { slack } = traffic;
  const most =
    spacing.atMost === undefined ? Number.POSITIVE_INFINITY : msOf(spacing.atMost, 'atMost') + slack.ms;
  const { events } = traffic;
  const limits = [
    ...(spacing.atLeast === undefined ? [] : [`at least ${durationText(least)}`]),
    ...(spacing.atMost === undefined ? [] : [`at most ${durationText(most - slack.ms)}${slack.text}`]),
  ].join(' and ');
  const fail = (sentence: string) => {
    const expected = [`${from.text}, ${limits} later ${to.text}`];
    return failure({ sentence, expected, traffic }, assertSpacing);
  };
  const begins = events.flatMap((event, index) => (from.matches(event) ? index : []));
  if (begins.length === 0) throw fail(`not sent: ${from.text}`);
  for (const index of begins) {
    const next = events.slice(index + 1).find(to.matches);
    if (next === undefined) throw fail(`not sent: ${to.text}, behind ${from.text}`);
    // The time since 1970 as a number of ms is exact to a quarter of a microsecond.
    const gap = Math.round((next.startedMs - endOf(events[index] as Seen)) / ROUNDING_MS) * ROUNDING_MS;
    if (gap < least - ROUNDING_MS || gap > most + ROUNDING_MS)
      throw fail(`expected ${limits} from ${from.text} to ${to.text}, got ${durationText(Math.max(0, gap))}`);
  }
}

function endOf(event: Seen): number {
  return event.kind === 'edge' ? event.startedMs : event.endedMs;
}

/** What a piece of a program may cost on the bus. */
export interface Budget {
  readonly transfers?: number;
  /** Both ways. */
  readonly bytes?: number;
  /** Time on the wire. */
  readonly busTime?: Duration;
}

const count = option('a number, 0 or more', (value) => typeof value === 'number' && value >= 0);

/** There was no more than this. @throws {AssertionError} */
export function assertAtMost(subject: Trafficked, budget: Budget): void {
  checkOptions<Budget>('budget', budget, { transfers: count, bytes: count, busTime: time });
  const traffic = trafficOf(subject);
  const { transfers } = traffic;
  const sum = (of: (transfer: (typeof transfers)[number]) => number) =>
    transfers.reduce((total, transfer) => total + of(transfer), 0);
  const bytes = sum(({ segments }) =>
    segments.reduce((all, { sent, received }) => all + (sent?.length ?? 0) + (received?.length ?? 0), 0),
  );
  const ms = sum(({ wireMs }) => wireMs);
  const over = [
    ...tooMany('transfers', transfers.length, budget.transfers, String),
    ...tooMany('bytes', bytes, budget.bytes, String),
    ...tooMany(
      'time on the bus',
      ms,
      budget.busTime === undefined ? undefined : msOf(budget.busTime),
      durationText,
    ),
  ];
  if (over.length > 0) throw failure({ sentence: over.join('; '), expected: [], traffic }, assertAtMost);
}

function tooMany(
  what: string,
  got: number,
  most: number | undefined,
  text: (value: number) => string,
): string[] {
  return most === undefined || got <= most
    ? []
    : [`${what}: expected at most ${text(most)}, got ${text(got)}`];
}

/** `error` is a failed transfer with this errno. @throws {AssertionError} */
export function assertErrno(error: unknown, errno: Errno): void {
  const code = (error as { readonly code?: unknown } | undefined)?.code;
  if (error instanceof Error && code === errno) return;
  const message = `expected an error with ${errno} (${strerror(errno)}), got ${error === undefined ? 'no error' : told(error)}`;
  throw plain({ message, expected: errno, actual: code }, assertErrno);
}

/** `ENXIO: …`, or the name of what is no failed transfer. */
function told(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const message = messageOf(error);
  const { code, name } = error as { readonly code?: unknown; readonly name: string };
  const what = typeof code === 'string' ? code : name;
  return message.startsWith(`${what}: `) ? message : `${what}: ${message}`;
}

/**
 * The promise, or the function, fails with one of these errnos. @returns the error, to look at more of it
 * @throws {AssertionError}
 */
export async function assertFails(
  work: Promise<unknown> | (() => unknown),
  ...errnos: readonly Errno[]
): Promise<Error> {
  let result: unknown;
  try {
    result = await (typeof work === 'function' ? work() : work);
  } catch (error) {
    const code = (error as { readonly code?: unknown } | undefined)?.code;
    if (errnos.length === 0 || errnos.includes(code as Errno)) return error as Error;
    const message = `expected a failure with ${errnos.join(' or ')}, got ${told(error)}`;
    throw plain({ message, expected: errnos, actual: code }, assertFails);
  }
  const message = `expected a failure with ${errnos.join(' or ') || 'an errno'}, but it went well`;
  throw plain({ message, expected: errnos, actual: result }, assertFails);
}

/** The promise, or the function, goes well or fails with one of these errnos: what a driver may do under a fault. @throws {AssertionError} */
export async function assertOkOrFails(
  work: Promise<unknown> | (() => unknown),
  ...errnos: readonly Errno[]
): Promise<void> {
  try {
    await (typeof work === 'function' ? work() : work);
  } catch (error) {
    const code = (error as { readonly code?: unknown } | undefined)?.code;
    if (errnos.includes(code as Errno)) return;
    const message = `expected success or a failure with ${errnos.join(' or ')}, got ${told(error)}`;
    throw plain({ message, expected: errnos, actual: code }, assertOkOrFails);
  }
}

/** A fault struck: at least once, or `times` times. @throws {AssertionError} */
export function assertFired(fault: FaultHandle, times?: number): void {
  const { fired, chances, text, strikes } = fault;
  if (times === undefined ? fired > 0 : fired === times) return;
  const wanted = times === undefined ? 'at least once' : `${times} times`;
  const places = strikes.map(({ where }) => `\n  ${where}`).join('');
  const message = `expected ${text} to strike ${wanted}, got ${fired} times in ${chances} chances${places}`;
  throw plain({ message, expected: times ?? 1, actual: fired }, assertFired);
}
