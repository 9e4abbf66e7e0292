import type { Firmware } from './emulator-firmware.ts';
import { ZEROS_TO_BINARY } from './protocol.ts';

const LF = 0x0a;
const CR = 0x0d;
const BACKSPACE = 0x08;
const SPACE = 0x20;

/** The length of the firmware's command line. */
const LINE_MAX = 128;

const PROMPT = 'HiZ>';

const BAUD_MENU = [
  'Set serial port speed: (bps)',
  ...['300', '1200', '2400', '4800', '9600', '19200', '38400', '57600', '115200'].map(
    (speed, i) => ` ${i + 1}. ${speed}`,
  ),
  '10. BRG raw value',
].join('\r\n');

const MODE_MENU = ['1. HiZ', 'x. exit(without change)'].join('\r\n');

const HELP = ['i\tVersion-info/status info', 'b\tSet baudrate', 'm\tChange mode', '#\tReset', '?\tHelp'].join(
  '\r\n',
);

/** What a line, once it was entered, is for. */
type LineUse = 'command' | 'baud' | 'divisor' | 'mode';

/**
 * The text terminal, as much of it as programs use before they go on to a binary mode: greeting, prompt,
 * reset, the menus for speed and mode, and the zeros that lead to binary mode.
 */
export class Terminal {
  readonly #firmware: Firmware;
  readonly #toBinary: () => void;
  #zeros = 0;
  #line = '';
  #use: LineUse = 'command';

  /** `toBinary` is called after the twentieth zero. */
  constructor(firmware: Firmware, toBinary: () => void) {
    this.#firmware = firmware;
    this.#toBinary = toBinary;
  }

  /** After a reset: greeting and prompt. */
  reset(): void {
    this.#zeros = 0;
    this.#line = '';
    this.#use = 'command';
    this.#greet();
    this.#firmware.out.text(PROMPT);
  }

  byte(byte: number): void {
    const { out } = this.#firmware;
    switch (byte) {
      case 0:
        this.#zeros++;
        if (this.#zeros === ZEROS_TO_BINARY && this.#use === 'command') this.#toBinary();
        return;
      case CR:
      case LF: {
        const line = this.#line;
        this.#line = '';
        out.text('\r\n');
        this.#enter(line.trim());
        return;
      }
      case BACKSPACE:
        if (this.#line.length > 0) out.text('\b \b');
        this.#line = this.#line.slice(0, -1);
        return;
      default:
        if (byte < SPACE || this.#line.length >= LINE_MAX) return;
        this.#line += String.fromCharCode(byte);
        out.byte(byte);
    }
  }

  #enter(line: string): void {
    switch (this.#use) {
      case 'command':
        this.#command(line);
        return;
      case 'baud':
        if (line === '10') this.#ask('divisor', 'Enter raw value for BRG\r\n\r\n(34)>');
        else this.#changeSpeed();
        return;
      case 'divisor':
        this.#changeSpeed();
        return;
      case 'mode':
        this.#use = 'command';
        this.#firmware.out.text(`Ready\r\n${PROMPT}`);
    }
  }

  #command(line: string): void {
    const { out } = this.#firmware;
    switch (line[0]) {
      case undefined:
        break;
      case 'i':
        this.#greet();
        break;
      case '#':
        out.text('RESET\r\n');
        this.reset();
        return;
      case 'b':
        this.#ask('baud', `${BAUD_MENU}\r\n\r\n(9)>`);
        return;
      case 'm':
        this.#ask('mode', `${MODE_MENU}\r\n\r\n(1)>`);
        return;
      case '?':
        out.text(`${HELP}\r\n`);
        break;
      default:
        out.text('Syntax error at char 1\r\n');
    }
    out.text(PROMPT);
  }

  #ask(use: LineUse, question: string): void {
    this.#use = use;
    this.#firmware.out.text(question);
  }

  /** The speed of a pty means nothing; what is left is the handshake. */
  #changeSpeed(): void {
    this.#use = 'command';
    this.#firmware.out.text('Adjust your terminal\r\nSpace to continue\r\n');
    this.#awaitSpace();
  }

  #awaitSpace(): void {
    this.#firmware.collect(1, ([byte]) => {
      if (byte === SPACE) this.#firmware.out.text(`\r\n${PROMPT}`);
      else this.#awaitSpace();
    });
  }

  #greet(): void {
    const { hardware, firmware, chip } = this.#firmware.traits;
    this.#firmware.out.text(
      `Bus Pirate ${hardware}\r\n${firmware}\r\n${chip}\r\nhttp://dangerousprototypes.com\r\n`,
    );
  }
}
