/**
 * MicroPython's raw REPL: a script goes out, ends with `RUN`, and comes back as `OK`, what it printed, an end mark, what
 * it raised, an end mark and a prompt. Source: MicroPython documentation, "REPL: raw mode and raw-paste mode";
 * shared/runtime/pyexec.c. No input or output here.
 */

/** Control bytes. */
export const KEY = {
  /** To the raw REPL; in it: forget what was typed. */
  RAW: 0x01,
  /** Back to the REPL for people. */
  FRIENDLY: 0x02,
  INTERRUPT: 0x03,
  /** Run what was sent; the mark behind output and behind an error. */
  RUN: 0x04,
  /** With `RAW_PASTE_ASK`, at the beginning of a script: asks for raw-paste mode. */
  PASTE: 0x05,
} as const;

const key = (...codes: readonly number[]): string => String.fromCharCode(...codes);

/** Said when the raw REPL begins, and whenever it begins anew. */
export const RAW_BANNER = 'raw REPL; CTRL-B to exit\r\n>';
/** Ends a program and an unfinished line, and asks for the raw REPL. */
export const ENTER_RAW = key(0x0d, KEY.INTERRUPT, KEY.INTERRUPT, 0x0d, KEY.RAW);
export const LEAVE_RAW = `\r${key(KEY.FRIENDLY)}`;

/** A script was taken. */
export const TAKEN = 'OK';
/** Behind what a script printed, where it raised nothing, and the prompt for the next. */
export const END_MARK = key(KEY.RUN);
export const PROMPT = '>';
export const DONE = `${END_MARK}${END_MARK}${PROMPT}`;

/** Asks for raw-paste mode, in which the board says how much it can take. */
export const ASK_RAW_PASTE = key(KEY.PASTE, 0x41, KEY.RAW);
/** Begins the answer to `ASK_RAW_PASTE`: then 1 and the window (two bytes, little-endian), or 0 where the board has no such mode. */
export const RAW_PASTE = { ANSWER: 'R', SUPPORTED: 1 } as const;
/** One more window may be sent. */
export const WINDOW_FREE = key(0x01);

/** Without raw-paste mode: so much at a time, with a pause between, as mpremote does. */
export const PIECE_BYTES = 256;
export const PIECE_PAUSE_MS = 10;

/** What a script printed and what it raised. */
export interface Outcome {
  readonly printed: string;
  /** The last line of the traceback; undefined where it raised nothing. */
  readonly raised: string | undefined;
}

/** @param answer all behind `TAKEN`, with the prompt */
export function outcomeOf(answer: string): Outcome {
  const [printed = '', traceback = ''] = answer.split(END_MARK);
  const raised = traceback.trim().split(/\r?\n/).at(-1);
  return { printed, raised: raised === '' ? undefined : raised };
}
