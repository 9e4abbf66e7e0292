import {
  ASK_RAW_PASTE,
  END_MARK,
  KEY,
  type Outcome,
  PROMPT,
  RAW_BANNER,
  RAW_PASTE,
  TAKEN,
  WINDOW_FREE,
} from './protocol.ts';

/** Half of what the firmware keeps of what comes in (MICROPY_REPL_STDIN_BUFFER_MAX). */
const WINDOW = 128;
const FRIENDLY_PROMPT = '\r\n>>> ';
const BANNER = `\r\nMicroPython v1.27.0; emulated by dtbus\r\nType "help()" for more information.${FRIENDLY_PROMPT}`;
const CR = 0x0d;

/** What runs a script. */
export type RunScript = (source: string) => Outcome;

/** The REPL of a board: for people, raw, and raw-paste (shared/runtime/pyexec.c). */
export class Repl {
  readonly #run: RunScript;
  readonly #hasRawPaste: boolean;
  #mode: 'friendly' | 'raw' | 'paste' = 'friendly';
  #line: number[] = [];
  /** In raw-paste: how many bytes of the window came. */
  #pasted = 0;

  constructor(run: RunScript, hasRawPaste: boolean) {
    this.#run = run;
    this.#hasRawPaste = hasRawPaste;
  }

  /** @returns what the board answers to a byte */
  take(byte: number): string {
    if (this.#mode === 'friendly') return this.#friendly(byte);
    return this.#mode === 'raw' ? this.#raw(byte) : this.#paste(byte);
  }

  #friendly(byte: number): string {
    switch (byte) {
      case KEY.RAW:
        return this.#enterRaw();
      case KEY.FRIENDLY:
        return BANNER;
      case KEY.INTERRUPT:
      case CR:
        return FRIENDLY_PROMPT;
      default:
        return byte >= 0x20 ? String.fromCharCode(byte) : '';
    }
  }

  #enterRaw(): string {
    this.#mode = 'raw';
    this.#line = [];
    return `\r\n${RAW_BANNER}`;
  }

  #raw(byte: number): string {
    switch (byte) {
      case KEY.RAW: {
        const asked = `${text(this.#line)}${String.fromCharCode(KEY.RAW)}`;
        return asked === ASK_RAW_PASTE && this.#hasRawPaste ? this.#startPaste() : this.#enterRaw();
      }
      case KEY.FRIENDLY:
        this.#mode = 'friendly';
        return BANNER;
      case KEY.INTERRUPT:
        this.#line = [];
        return '';
      case KEY.RUN: {
        const source = text(this.#line);
        if (source === '') return `${TAKEN}\r\nMPY: soft reboot${this.#enterRaw()}`;
        this.#line = [];
        return `${TAKEN}${this.#result(source)}${PROMPT}`;
      }
      default:
        this.#line.push(byte);
        return '';
    }
  }

  #startPaste(): string {
    this.#mode = 'paste';
    this.#line = [];
    this.#pasted = 0;
    return `${RAW_PASTE.ANSWER}${String.fromCharCode(RAW_PASTE.SUPPORTED, WINDOW & 0xff, WINDOW >> 8)}${WINDOW_FREE}`;
  }

  #paste(byte: number): string {
    if (byte === KEY.INTERRUPT) {
      this.#mode = 'raw';
      this.#line = [];
      return `${END_MARK}${END_MARK}Traceback (most recent call last):\r\nKeyboardInterrupt: \r\n${END_MARK}${PROMPT}`;
    }
    if (byte === KEY.RUN) {
      const source = text(this.#line);
      this.#mode = 'raw';
      this.#line = [];
      return `${END_MARK}${this.#result(source)}${PROMPT}`;
    }
    this.#line.push(byte);
    this.#pasted++;
    if (this.#pasted < WINDOW) return '';
    this.#pasted = 0;
    return WINDOW_FREE;
  }

  #result(source: string): string {
    const { printed, raised } = this.#run(source);
    const traceback = raised === undefined ? '' : `Traceback (most recent call last):\r\n${raised}\r\n`;
    return `${printed}${END_MARK}${traceback}${END_MARK}`;
  }
}

function text(bytes: readonly number[]): string {
  return String.fromCharCode(...bytes);
}
