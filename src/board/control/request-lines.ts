import type { Socket } from 'node:net';
import { drained } from './drained.ts';
import { type ControlAnswer, LINE_MAX } from './protocol.ts';

/** Answers that wait here for one who does not read; its next requests wait until it does. */
const WAITING_MAX = 1 << 20;
/** Requests of one connection that were read and not answered yet; what comes then waits in the kernel. */
const ASKED_MAX = 256;
/** So long answers are made in one go, before the board's own work goes on. */
const TURN_MS = 2;

/** What the connections to one board share. */
export class RequestLines {
  readonly #answer: (request: unknown, socket: Socket) => Promise<ControlAnswer>;
  /** Bytes of lines that have not ended. */
  #begun = 0;
  /** When the present turn began to answer, in ms of `performance.now()`. */
  #turn = 0;
  #next: Promise<void> | undefined;

  /** @param answer is asked with each line's JSON; undefined for what is none */
  constructor(answer: (request: unknown, socket: Socket) => Promise<ControlAnswer>) {
    this.#answer = answer;
  }

  /** Reads lines, answers them in their order. One that is too long ends the connection. */
  take(socket: Socket): void {
    let begun: string[] = [];
    let length = 0;
    const lines: string[] = [];
    let busy = false;
    const add = (piece: string) => {
      begun.push(piece);
      length += piece.length;
      this.#begun += piece.length;
    };
    const end = () => {
      const line = begun.join('');
      this.#begun -= length;
      [begun, length] = [[], 0];
      return line;
    };
    const work = async () => {
      busy = true;
      for (let line = lines.shift(); line !== undefined && !socket.destroyed; line = lines.shift()) {
        await this.#ready(socket);
        const reply = await this.#answer(parsed(line), socket);
        // A board that has ended meanwhile: what it told last is still on its way, and an answer behind its end would cut that.
        if (socket.writable) socket.write(`${JSON.stringify(reply)}\n`);
        if (lines.length === 0) socket.resume();
      }
      busy = false;
    };
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => {
      const [first = '', ...rest] = chunk.split('\n');
      add(first);
      for (const piece of rest) {
        lines.push(end());
        add(piece);
      }
      if (this.#begun > LINE_MAX) socket.destroy();
      if (lines.length > ASKED_MAX) socket.pause();
      if (!busy && lines.length > 0) void work();
    });
    socket.once('close', end);
  }

  /** Resolves when the next request may be answered: its answer has room, and others had their turn. */
  async #ready(socket: Socket): Promise<void> {
    while (socket.writableLength > WAITING_MAX && !socket.destroyed) await drained(socket);
    while (performance.now() - this.#turn > TURN_MS) {
      this.#next ??= new Promise((resolve) => {
        setImmediate(() => {
          this.#turn = performance.now();
          this.#next = undefined;
          resolve();
        });
      });
      await this.#next;
    }
  }
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
