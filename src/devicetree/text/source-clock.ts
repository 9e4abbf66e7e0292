/** Times that a source can ask for by gcc's predefined macros. */
export interface SourceClock {
  /** The time of the compilation, for `__DATE__` and `__TIME__`. */
  readonly now: () => Date;
  /**
   * `SOURCE_DATE_EPOCH` of the environment: seconds since 1970 that take the place of `now`, so that a build gives the
   * same bytes again (reproducible-builds.org/specs/source-date-epoch).
   */
  readonly sourceDateEpoch?: string | undefined;
  /** When a file was last changed, for `__TIMESTAMP__`; undefined where nobody knows. */
  readonly modified?: ((path: string) => Date | undefined) | undefined;
}

/** The time of day alone: for a source that has no files. */
export const BARE_CLOCK: SourceClock = { now: () => new Date() };

/** gcc's limit, the end of the year 9999. */
const MAX_EPOCH = 253_402_300_799;

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

/** What `__DATE__` and `__TIME__` stand for, and what is wrong with `SOURCE_DATE_EPOCH`. */
export interface CompileTime {
  readonly date: string;
  readonly time: string;
  readonly problem: string | undefined;
}

/** `Nov 28 2026` and `03:15:09`: UTC for `SOURCE_DATE_EPOCH`, else local time (gcc libcpp/macro.cc, BT_DATE). */
export function compileTime(clock: SourceClock): CompileTime {
  const epoch = clock.sourceDateEpoch;
  if (epoch === undefined) return localTime(clock.now());
  const seconds = /^\d+$/.test(epoch) ? Number(epoch) : Number.POSITIVE_INFINITY;
  if (seconds > MAX_EPOCH) {
    const problem = `invalid SOURCE_DATE_EPOCH "${epoch}": expected a number from 0 to ${MAX_EPOCH}`;
    return { ...localTime(clock.now()), problem };
  }
  const at = new Date(seconds * 1000);
  return {
    date: dateText(at.getUTCMonth(), at.getUTCDate(), at.getUTCFullYear()),
    time: timeText(at.getUTCHours(), at.getUTCMinutes(), at.getUTCSeconds()),
    problem: undefined,
  };
}

function localTime(at: Date): CompileTime {
  return {
    date: dateText(at.getMonth(), at.getDate(), at.getFullYear()),
    time: timeText(at.getHours(), at.getMinutes(), at.getSeconds()),
    problem: undefined,
  };
}

/** What `__TIMESTAMP__` stands for: asctime of a file's change in local time; gcc's question marks without one. */
export function timestamp(at: Date | undefined): string {
  if (at === undefined) return '??? ??? ?? ??:??:?? ????';
  const { date, time } = localTime(at);
  return `${DAYS[at.getDay()]} ${date.slice(0, 6)} ${time} ${at.getFullYear()}`;
}

function dateText(month: number, day: number, year: number): string {
  return `${MONTHS[month]} ${String(day).padStart(2)} ${String(year).padStart(4)}`;
}

function timeText(...parts: readonly number[]): string {
  return parts.map((part) => String(part).padStart(2, '0')).join(':');
}
