import { basename } from 'node:path';
import { emitKeypressEvents, type Key } from 'node:readline';
import type { BoardControl, ControlDescription, ControlPart } from '../../../board/index.ts';
import { oneLine } from '../../../input/index.ts';
import { paintFor } from '../../terminal/style.ts';
import { UsageError } from '../../terminal/usage-error.ts';
import { isPicture, propertyText } from '../../touch/touch.ts';
import { RemoteBoards } from '../../watch/running.ts';
import { heading, NARROW } from '../../watch/transfer-line.ts';
import { WatchLog } from '../../watch/watch-log.ts';
import { layout, rowsHeight, type View } from './layout.ts';
import { Rows } from './rows.ts';
import { Screen } from './screen.ts';

/** How often it is drawn at most, in ms. */
const DRAW_MS = 50;
/** How often the board is asked how it is, and looked for when it has ended. */
const LOOK_MS = 500;
/** Rows that a page key moves by, where the screen has fewer. */
const HOME_END = 1e9;

const plain = (_style: string, text: string) => text;

/** @throws {UsageError} there is no terminal */
export function checkTerminal(): void {
  const remedy = 'use dtbus watch for lines, or dtbus monitor for the browser';
  if (process.stdout.isTTY !== true)
    throw new UsageError(`--terminal needs a terminal, and standard output is none; ${remedy}`);
  if (process.env['TERM'] === 'dumb')
    throw new UsageError(`--terminal needs a terminal that can be redrawn, got TERM=dumb; ${remedy}`);
}

/**
 * Shows a board in the terminal.
 * @param find finds the board's process: now, and again when it has ended
 * @param until resolves when it is to end; it is given what resolves when somebody quits
 * @throws {Error} it runs nowhere
 */
export async function showInTerminal(
  find: () => Promise<BoardControl>,
  until: (quit: Promise<void>) => Promise<unknown>,
): Promise<void> {
  const monitor = new TerminalMonitor(find);
  await monitor.run(until);
}

class TerminalMonitor {
  readonly #find: () => Promise<BoardControl>;
  readonly #screen = new Screen(process.stdout);
  readonly #paint = paintFor(process.stdout);
  readonly #rows = new Rows();
  readonly #heading = heading(plain, NARROW).trimEnd();
  #board = '';
  #parts: readonly string[] = [];
  #trouble: string | undefined;
  #filter = '';
  #isTyping = false;
  #control: BoardControl | undefined;
  #timers: NodeJS.Timeout[] = [];
  #isDrawn = true;
  #quit = () => {};
  #isOver = false;

  constructor(find: () => Promise<BoardControl>) {
    this.#find = find;
  }

  async run(until: (quit: Promise<void>) => Promise<unknown>): Promise<void> {
    await this.#attach();
    const quit = new Promise<void>((resolve) => {
      this.#quit = resolve;
    });
    this.#screen.open(() => this.#draw());
    const noKeys = this.#readKeys();
    this.#timers = [
      setInterval(() => this.#isDrawn || this.#draw(), DRAW_MS),
      setInterval(() => void this.#look(), LOOK_MS),
    ];
    void this.#look();
    this.#draw();
    try {
      await until(quit);
    } finally {
      this.#isOver = true;
      for (const timer of this.#timers) clearInterval(timer);
      this.#control?.close();
      noKeys();
      this.#screen.close();
    }
  }

  async #attach(): Promise<void> {
    const control = await this.#find();
    const log = new WatchLog({
      line: (text) => this.#add(text.trimEnd()),
      ...{ pcap: undefined, json: false, paint: plain, columns: NARROW },
    });
    const boards = new RemoteBoards(log);
    const { over } = await control.watch({}, boards.told);
    this.#control = control;
    this.#trouble = undefined;
    void over.then(() => {
      this.#control = undefined;
      this.#trouble = 'the board has ended; waiting for it';
      this.#isDrawn = false;
    });
  }

  #add(line: string): void {
    this.#isDrawn = false;
    // Above the first row of each run; here it stands above all.
    if (line !== this.#heading) this.#rows.add(line);
  }

  /** Asks the board how it is. */
  async #look(): Promise<void> {
    const control = this.#control;
    if (control === undefined) {
      // It may be started again.
      await this.#attach().catch(() => {});
      return;
    }
    try {
      const { board, parts, buses } = await control.ask<ControlDescription>({ call: 'describe' });
      this.#board = oneLine(basename(board));
      const gone = buses.filter(({ state }) => state === 'lost');
      this.#trouble = gone.length === 0 ? undefined : oneLine(gone.map(goneText).join('; '));
      const lines: string[] = [];
      for (const { path } of parts)
        lines.push(partLine(await control.ask<ControlPart>({ call: 'get', part: path, bytes: false })));
      this.#parts = lines;
    } catch {
      // It ends: that is told by its watch.
    }
    this.#isDrawn = false;
  }

  /** @returns what ends it */
  #readKeys(): () => void {
    const { stdin } = process;
    if (!stdin.isTTY) return () => {};
    const pressed = (text: string | undefined, key: Key) => this.#press(text ?? '', key);
    emitKeypressEvents(stdin);
    stdin.on('keypress', pressed);
    stdin.setRawMode(true);
    stdin.resume();
    const end = () => void stdin.setRawMode(false);
    process.once('exit', end);
    return () => {
      process.off('exit', end);
      stdin.off('keypress', pressed);
      end();
      stdin.pause();
    };
  }

  #press(text: string, { name, ctrl }: Key): void {
    if (ctrl === true && name === 'c') {
      this.#screen.close();
      // To what the terminal would have sent it to.
      process.kill(0, 'SIGINT');
    } else if (this.#isTyping) this.#type(text, name);
    else this.#act(text, name);
    if (!this.#isOver) this.#draw();
  }

  #type(text: string, name: string | undefined): void {
    const before = this.#filter;
    if (name === 'return' || name === 'enter') this.#isTyping = false;
    else if (name === 'escape') [this.#filter, this.#isTyping] = ['', false];
    else if (name === 'backspace') this.#filter = [...before].slice(0, -1).join('');
    else if (text !== '' && oneLine(text) === text) this.#filter = before + text;
    if (before !== this.#filter) this.#rows.filter(this.#filter);
  }

  #act(text: string, name: string | undefined): void {
    const height = rowsHeight({ parts: this.#parts }, this.#screen.size.rows);
    const scroll = (by: number) => this.#rows.scroll(by, height);
    const steps: Readonly<Record<string, number>> = {
      ...{ up: -1, down: 1, pageup: 1 - height, pagedown: height - 1, home: -HOME_END, end: HOME_END },
    };
    const step = steps[name ?? ''];
    if (step !== undefined) scroll(step);
    else if (text === 'q') this.#quit();
    else if (text === 'f') this.#rows.follows = !this.#rows.follows;
    else if (text === '/') this.#isTyping = true;
    else if (name === 'escape' && this.#filter !== '') {
      this.#filter = '';
      this.#rows.filter('');
    }
  }

  #draw(): void {
    this.#isDrawn = true;
    const { columns, rows } = this.#screen.size;
    const view: View = {
      ...{ board: this.#board, heading: this.#heading, rows: this.#rows, parts: this.#parts },
      ...{ trouble: this.#trouble, filter: this.#filter, isTyping: this.#isTyping },
    };
    this.#screen.draw(layout(view, columns, rows, this.#paint));
  }
}

const goneText = ({ name, fault = 'adapter gone' }: ControlDescription['buses'][number]) =>
  `${name} is down: ${fault}`;

/** `temp@48  temperature 25 °C`: what a part senses and shows; pictures take many lines, and memories more. */
function partLine({ path, properties, values }: ControlPart): string {
  const texts = properties
    .filter(({ name, kind }) => kind !== 'bytes' && !isPicture(values[name]))
    .map((property) => `${property.name} ${propertyText(property, values)}`);
  return oneLine([path.slice(path.lastIndexOf('/') + 1), ...texts].join('  '));
}
