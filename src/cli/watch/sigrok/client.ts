import type { Socket } from 'node:net';
import { type LiveWave, SampleWriter, type WaveEdge } from '../../../formats/index.ts';
import { RATE, Settings } from './protocol.ts';

/** Longest line of a client. */
const LINE_MAX = 256;
/** Bytes that wait for a client: beyond the first, what comes is lost to it; beyond the second, it is let go. */
const SLOW_BYTES = 32 << 20;
const WAITING_MAX = 64 << 20;
const CHUNK = 1 << 16;
/** A level is held no longer than this, in ticks: 2 s. */
const HELD_MAX = 2 * RATE;

/** Samples of the levels before anything happens, so that a program knows them. */
const FIRST_SAMPLES = 8;

/** What a client is given. */
export interface Samples {
  /** Levels of all channels now. */
  levels(): readonly boolean[];
  /** The client is told of what comes from now on. */
  begun(client: Client): void;
}

/** One program at the socket. */
export class Client {
  /** Where it comes from. */
  readonly name: string;
  /** Events that it was not told of, as it read too slowly. */
  lost = 0;
  /** It has asked for samples. */
  hasCaptured = false;
  readonly #socket: Socket;
  readonly #samples: Samples;
  readonly #settings = new Settings();
  #line = '';
  #writer: SampleWriter | undefined;
  /** The tick that was written last. */
  #tick: number | undefined;
  /** Of a sample that is not full yet, in parts of `RATE`. */
  #rest = 0;

  constructor(socket: Socket, samples: Samples) {
    this.#socket = socket;
    this.#samples = samples;
    this.name = `${socket.remoteAddress}:${socket.remotePort}`;
    socket.setNoDelay(true);
    socket.setEncoding('latin1');
    socket.on('data', (text: string) => this.#take(text));
  }

  /** @param events how many events the wave is of */
  tell({ edges, until }: LiveWave, events: number): void {
    const writer = this.#writer;
    if (writer === undefined || until === 0) return;
    if (this.#socket.writableLength > SLOW_BYTES) {
      this.lost += events;
      for (const edge of edges) writer.set(edge.lane, edge.high);
      this.#tick = until;
      return;
    }
    for (const edge of edges) {
      this.#hold(writer, edge);
      if (this.#socket.destroyed) return;
      writer.set(edge.lane, edge.high);
    }
    this.#hold(writer, { tick: until });
    writer.flush();
  }

  /** Lets it go at once. */
  destroy(): void {
    this.#socket.destroy();
  }

  #hold(writer: SampleWriter, { tick }: Pick<WaveEdge, 'tick'>): void {
    // What was before it looked is not told.
    const ticks = Math.min(HELD_MAX, tick - (this.#tick ?? tick));
    this.#tick = tick;
    this.#rest += ticks * this.#settings.rate;
    const samples = Math.floor(this.#rest / RATE);
    this.#rest -= samples * RATE;
    writer.hold(samples);
  }

  #take(text: string): void {
    const lines = (this.#line + text).split('\n');
    this.#line = lines.pop() ?? '';
    if (this.#line.length > LINE_MAX || lines.some((line) => line.length > LINE_MAX)) {
      this.destroy();
      return;
    }
    for (const line of lines) this.#obey(line);
  }

  #obey(line: string): void {
    const answer = this.#settings.answer(line);
    // It reads what is still to come, and hangs up by itself.
    if (answer === 'close') this.#writer = undefined;
    // An answer would stand among the samples.
    else if (this.#writer !== undefined) return;
    else if (answer === 'get') this.#begin();
    else this.#socket.write(`${answer.text}\n`);
  }

  #begin(): void {
    this.hasCaptured = true;
    const levels = this.#samples.levels();
    const { unit } = this.#settings;
    const channels = levels.slice(0, unit * 8);
    const writer = new SampleWriter(channels, { unit, chunk: CHUNK }, (chunk) => this.#send(chunk));
    this.#writer = writer;
    writer.hold(FIRST_SAMPLES);
    writer.flush();
    this.#samples.begun(this);
  }

  #send(chunk: Uint8Array): void {
    if (this.#socket.destroyed) return;
    if (this.#socket.writableLength > WAITING_MAX) this.destroy();
    else this.#socket.write(Buffer.from(chunk));
  }
}
