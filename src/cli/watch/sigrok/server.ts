import { createServer, type Server, type Socket } from 'node:net';
import { messageOf } from '../../../bus/words.ts';
import type { LiveWave } from '../../../formats/index.ts';
import { Client, type Samples } from './client.ts';
import { placeText, type SigrokPlace } from './sigrok-options.ts';

/** Programs at the socket at once. */
const CLIENTS_MAX = 8;

/** Gives samples to programs that speak BeagleLogic's protocol. None of them is waited for before the end. */
export class SigrokServer {
  readonly #server: Server;
  readonly #clients = new Map<Socket, Client>();
  readonly #samples: Samples;
  readonly #tell: (sentence: string) => void;

  /** @param tell says a sentence to who watches */
  constructor(samples: Samples, tell: (sentence: string) => void) {
    this.#samples = samples;
    this.#tell = tell;
    this.#server = createServer((socket) => this.#add(socket));
  }

  /** @returns the port @throws {Error} it cannot be had */
  listen({ host, port }: SigrokPlace): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', (error: NodeJS.ErrnoException) => {
        const why = error.code === 'EADDRINUSE' ? 'another program has it' : messageOf(error);
        reject(new Error(`cannot listen on ${placeText({ host, port })}: ${why}; use --sigrok HOST:PORT`));
      });
      this.#server.listen(port, host, () => {
        const address = this.#server.address();
        resolve(address === null || typeof address === 'string' ? port : address.port);
      });
    });
  }

  /** @param events how many events the wave is of */
  send(wave: LiveWave, events: number): void {
    for (const client of this.#clients.values()) client.tell(wave, events);
  }

  /**
   * Waits until every program has stopped its capture. None is hung up on: libsigrok's driver, which reads until nothing comes,
   * never ends at a connection that has.
   */
  async end(): Promise<void> {
    this.#server.close();
    const captures: Promise<unknown>[] = [];
    for (const [socket, client] of this.#clients) {
      if (client.hasCaptured) captures.push(new Promise((resolve) => socket.once('close', resolve)));
      else client.destroy();
    }
    if (captures.length > 0) this.#tell('stop the capture in sigrok, or end at once with Ctrl-C');
    await Promise.all(captures);
  }

  #add(socket: Socket): void {
    if (this.#clients.size >= CLIENTS_MAX) {
      const idle = [...this.#clients.values()].find((client) => !client.hasCaptured);
      if (idle === undefined) {
        socket.destroy();
        return;
      }
      idle.destroy();
    }
    const client = new Client(socket, this.#samples);
    this.#clients.set(socket, client);
    // Programs come and go as they like.
    socket.on('error', () => {});
    socket.on('close', () => this.#forget(socket, client));
  }

  #forget(socket: Socket, client: Client): void {
    if (!this.#clients.delete(socket)) return;
    socket.destroy();
    if (client.lost > 0)
      this.#tell(`${client.lost} events were lost to ${client.name}, which read too slowly`);
  }
}
