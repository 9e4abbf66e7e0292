import { SDA_FREED } from '../../bus/index.ts';
import { checkOptions, invalid, type OptionChecks, option, text } from '../../input/index.ts';
import { type Duration, durationText, msOf } from '../duration.ts';
import { type Trafficked, trafficOf } from '../expectations.ts';
import { failure, plain } from '../failure.ts';
import { matcherOf, type Pattern, type TransferPattern } from '../pattern.ts';
import { notReplayed } from '../session.ts';
import type { TestBoard } from '../test-board.ts';
import type { Seen, SeenEdge } from '../traffic.ts';

const count = option('a number, 0 or more', (value) => Number.isInteger(value) && (value as number) >= 0);
const time = option(
  "a time such as '10 ms'",
  (value) => typeof value === 'number' || typeof value === 'string',
);

/** What a part was asked for. */
export type Touch = Pick<TransferPattern, 'register' | 'command' | 'read' | 'write'>;

/**
 * A part was reached, at that register or by that command where one is said, whatever else happened. A transfer that failed
 * does not count. @throws {AssertionError}
 */
export function assertTouched(subject: Trafficked, part: string, touch: Touch = {}): void {
  const traffic = trafficOf(subject);
  const matcher = matcherOf(traffic, { ...touch, part });
  if (traffic.events.some(matcher.matches)) return;
  throw failure({ sentence: `not touched: ${matcher.text}`, expected: [], traffic }, assertTouched);
}

/** Both happened, on whatever bus or line, and the first `earlier` before the first `later`. @throws {AssertionError} */
export function assertHappenedBefore(subject: Trafficked, earlier: Pattern, later: Pattern): void {
  const traffic = trafficOf(subject);
  const { events } = traffic;
  const [first, second] = [matcherOf(traffic, earlier), matcherOf(traffic, later)];
  const [at, then] = [events.findIndex(first.matches), events.findIndex(second.matches)];
  if (at >= 0 && then > at) return;
  const missing = [at < 0 ? [first.text] : [], then < 0 ? [second.text] : []].flat();
  const sentence =
    missing.length > 0
      ? `not sent: ${missing.join(', ')}`
      : `expected ${first.text} before ${second.text}, got it after that`;
  throw failure({ sentence, expected: [first.text, second.text], traffic }, assertHappenedBefore);
}

/** How often a line changed, and for how long it stayed so. */
export interface Edges {
  /** So often; default: at least once. */
  readonly times?: number;
  /** Each stays for at least, or at most, this long, until the line changes back. */
  readonly atLeast?: Duration;
  readonly atMost?: Duration;
  /** Path, alias or `&label` of its GPIO controller, where lines of several have the name. */
  readonly controller?: string;
}

const edgeChecks: OptionChecks<Edges> = { times: count, atLeast: time, atMost: time, controller: text };

/** A GPIO line, by name or number, went high. @throws {AssertionError} */
export function assertRisen(subject: Trafficked, line: string | number, edges: Edges = {}): void {
  assertEdges({ subject, line, edges, high: true, caller: assertRisen });
}

/** A GPIO line went low. @throws {AssertionError} */
export function assertFallen(subject: Trafficked, line: string | number, edges: Edges = {}): void {
  assertEdges({ subject, line, edges, high: false, caller: assertFallen });
}

/** A GPIO line changed: rising and falling edges count. @throws {AssertionError} */
export function assertToggled(subject: Trafficked, line: string | number, edges: Edges = {}): void {
  assertEdges({ subject, line, edges, high: undefined, caller: assertToggled });
}

interface EdgesAsked {
  readonly subject: Trafficked;
  readonly line: string | number;
  readonly edges: Edges;
  /** Undefined: either. */
  readonly high: boolean | undefined;
  readonly caller: (...args: never[]) => unknown;
}

function assertEdges({ subject, line, edges, high, caller }: EdgesAsked): void {
  checkOptions<Edges>('edges', edges, edgeChecks);
  const { times, atLeast, atMost, controller } = edges;
  const traffic = trafficOf(subject);
  const ofLine = matcherOf(traffic, { line, ...(controller !== undefined && { controller }) });
  const all = traffic.events.filter((event): event is SeenEdge => ofLine.matches(event));
  const counted = all.filter((edge) => high === undefined || edge.high === high);
  const verb = high === undefined ? 'toggle' : high ? 'rise' : 'fall';
  const fail = (sentence: string) => failure({ sentence, expected: [], traffic }, caller);
  if (times === undefined ? counted.length === 0 : counted.length !== times)
    throw fail(
      `expected line ${line} to ${verb} ${times === undefined ? 'at least once' : `${times} times`}, got ${counted.length} times`,
    );
  if (atLeast === undefined && atMost === undefined) return;
  const least = msOf(atLeast ?? 0, 'atLeast');
  const most = (atMost === undefined ? Number.POSITIVE_INFINITY : msOf(atMost, 'atMost')) + traffic.slack.ms;
  for (const edge of counted) {
    const back = all[all.indexOf(edge) + 1];
    // One that has not changed back stays for as long as anybody knows.
    if (back === undefined) continue;
    // The time since 1970 as a number of ms is exact to a quarter of a microsecond.
    const width = Math.round((back.startedMs - edge.startedMs) * 1000) / 1000;
    if (width >= least && width <= most) continue;
    const limits = [
      ...(atLeast === undefined ? [] : [`at least ${durationText(least)}`]),
      ...(atMost === undefined ? [] : [`at most ${durationText(msOf(atMost))}${traffic.slack.text}`]),
    ];
    const state = edge.high ? 'high' : 'low';
    throw fail(
      `expected line ${line} to be ${state} for ${limits.join(' and ')}, got ${durationText(width)}`,
    );
  }
}

/** How a bus was freed. */
export interface Recovery {
  /** By no more than so many pulses of SCL; Linux gives 9. */
  readonly clocks?: number;
}

const FREED = new RegExp(`^${SDA_FREED} (\\d+) `);

/**
 * A bus whose SDA a part held low was freed by clock pulses, as after the fault `incomplete_address_phase`. @throws {AssertionError}
 */
export function assertRecovered(subject: Trafficked, recovery: Recovery = {}): void {
  checkOptions<Recovery>('recovery', recovery, { clocks: count });
  const traffic = trafficOf(subject);
  const { clocks = Number.POSITIVE_INFINITY } = recovery;
  const needed = traffic.events.flatMap(clocksOf);
  if (needed.length > 0 && needed.every((each) => each <= clocks)) return;
  const limit = clocks === Number.POSITIVE_INFINITY ? '' : ` by at most ${clocks} clocks`;
  const got = needed.length === 0 ? 'no recovery' : `${Math.max(...needed)} clocks`;
  throw failure(
    { sentence: `expected the bus to be freed${limit}, got ${got}`, expected: [], traffic },
    assertRecovered,
  );
}

function clocksOf(event: Seen): number[] {
  if (event.kind === 'edge') return [];
  return event.struck.flatMap((struck) => {
    const [, clocks] = FREED.exec(struck) ?? [];
    return clocks === undefined ? [] : Number(clocks);
  });
}

/** Of a board whose parts are a recording: all of it was asked for, and nothing else. @throws {AssertionError} */
export function assertReplayedAll(board: Pick<TestBoard, 'replayed'>): void {
  const report = typeof board?.replayed === 'function' ? board.replayed() : undefined;
  if (report === undefined) throw invalid('board', 'one whose parts are a recording (replay)', board);
  const left = notReplayed(report);
  if (left.length === 0) return;
  throw plain({ message: left.join('\n'), expected: 'nothing left', actual: left }, assertReplayedAll);
}
