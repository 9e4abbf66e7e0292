import { EventLoop } from '../../transport/index.ts';
import { BoardError } from '../board-error.ts';
import type { Board } from '../handles/board.ts';
import { inlineDevices } from '../handles/inline-devices.ts';
import { BoardSockets, type ServedBus } from './board-sockets.ts';

/** How long the thread waits in the kernel between two turns of JavaScript's event loop while the guest is busy. */
const HOT_MS = 5;

/**
 * A board of this thread, open also to one User-Mode Linux that has its clock. Time stands but for `pass` and `until`,
 * in which it goes on as the guest and the board want it.
 */
export class SharedTime {
  readonly #board: Board;
  readonly #loop: EventLoop;
  readonly #sockets: BoardSockets;
  readonly #now: () => number;
  #reached: (() => void) | undefined;
  #limit: () => number;
  /** When the board and the guest were last at one time. */
  #met: number;

  private constructor(board: Board, loop: EventLoop, sockets: BoardSockets, now: () => number) {
    this.#board = board;
    this.#loop = loop;
    this.#sockets = sockets;
    this.#now = now;
    this.#limit = now;
    this.#met = now();
  }

  /**
   * @param socketDirectory where the sockets are made @param onWarning told of faults of our own
   * @throws {BoardError} the board has a thread or a time of its own @throws {OsError} a socket cannot be made
   */
  static async open(
    board: Board,
    socketDirectory: string,
    onWarning: (sentence: string) => void,
  ): Promise<SharedTime> {
    const devices = inlineDevices(board);
    const clock = devices?.steppedClock;
    if (devices === undefined || clock === undefined)
      throw new BoardError(
        "a guest of a test needs a board with a stepped clock and without a thread of its own: leave clock and backEnd as they are ('stepped', 'inline')",
      );
    const loop = new EventLoop({
      hotMs: HOT_MS,
      onError: (error) => onWarning(`a fault in dtbus itself: ${error}`),
    });
    const sockets = new BoardSockets(devices, loop);
    const shared = new SharedTime(board, loop, sockets, () => clock.now());
    try {
      await sockets.open({ socketDirectory, onWarning, virtualTime: true });
    } catch (error) {
      await shared.close();
      throw error;
    }
    shared.#hold();
    void loop.run();
    return shared;
  }

  /** Whether a guest has ever asked for the time. */
  get hadGuest(): boolean {
    return this.#sockets.time?.hadGuest ?? false;
  }

  /** @throws {BoardError} no part has that owner */
  busesOf(owner?: string): readonly ServedBus[] {
    return this.#sockets.busesOf(owner);
  }

  get timeSocket(): string {
    return this.#sockets.timeSocket as string;
  }

  /** ns by which the board is ahead of the guest: its clock was moved while the guest stood. */
  get lead(): number {
    this.#board.advance(0);
    return this.#now() - this.#met;
  }

  /** Lets `ns` pass: both the guest and the board are there then. */
  async pass(ns: number): Promise<void> {
    // The board's clock may have been moved by others, and follow yet another one, which is looked at first.
    this.#board.advance(0);
    const end = this.#now() + Math.round(ns);
    await this.#goOn(() => Math.max(end, this.#now()));
  }

  /** Lets time pass until the guest waits and `isDone`. */
  until(isDone: () => boolean): Promise<void> {
    let done = false;
    return this.#goOn(() => {
      done ||= isDone();
      return done ? this.#now() : Number.POSITIVE_INFINITY;
    });
  }

  /** Ends all connections and takes the sockets away; who waits for time waits no longer. */
  async close(): Promise<void> {
    this.#hold();
    this.#sockets.close();
    await this.#loop.close();
  }

  #goOn(limit: () => number): Promise<void> {
    return new Promise((resolve) => {
      this.#reached = () => {
        this.#met = this.#now();
        this.#hold();
        resolve();
      };
      this.#setLimit(limit);
    });
  }

  #hold(): void {
    const reached = this.#reached;
    this.#reached = undefined;
    this.#setLimit(this.#now);
    reached?.();
  }

  #setLimit(limit: () => number): void {
    this.#limit = limit;
    this.#sockets.time?.setGate({ limit: () => this.#limit(), reached: () => this.#reached?.() });
  }
}
