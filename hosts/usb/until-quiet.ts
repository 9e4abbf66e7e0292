import { aborted, BusFault } from '../../src/bus/index.ts';
import { allOrNone, breakable } from '../../src/usb/index.ts';

/** After a transfer was broken off: answers that are still due come within this time of each other. */
const SETTLE_MS = 100;
/** So often that may pass until the answer to a mark has come. */
const SILENCES_MAX = 20;
/** No transfer leaves so many answers due: a device that sends more sends without end. */
const DUE_MAX = 4096;

/** What a device sends. */
export interface Answers {
  /** Of the device, one phrase for a person. */
  readonly description: string;
  /** The next one. @throws {BusFault} `ETIMEDOUT` it did not come until `signal` */
  take(signal: AbortSignal): Promise<Uint8Array>;
}

/**
 * A question whose answer no other is like. A device answers in order, so behind that nothing is due which was asked
 * before: without one, a device or a machine that is late would be taken for one that has nothing to say.
 */
export class Mark {
  readonly #send: (signal: AbortSignal) => Promise<void>;
  readonly #isAnswer: (answer: Uint8Array) => boolean;
  #isDue = false;
  /** Silences while it is due. */
  #silences = 0;

  constructor(send: (signal: AbortSignal) => Promise<void>, isAnswer: (answer: Uint8Array) => boolean) {
    this.#send = send;
    this.#isAnswer = isAnswer;
  }

  /** The device is another one, or was reset. */
  forget(): void {
    this.#isDue = false;
  }

  /** Asks, unless an answer is due: that would be taken for the one to this. */
  async ask(signal: AbortSignal): Promise<void> {
    if (!this.#isDue) await this.asked(this.#send(signal));
  }

  /** Somebody has asked the same, for its own sake. @param sent that it was sent */
  async asked(sent: Promise<void>): Promise<void> {
    this.#isDue = true;
    this.#silences = 0;
    try {
      await sent;
    } catch (error) {
      this.#isDue = false;
      throw error;
    }
  }

  /** @returns whether it is the answer */
  hears(answer: Uint8Array): boolean {
    if (!this.#isAnswer(answer)) return false;
    this.#isDue = false;
    return true;
  }

  /** @returns whether it was waited for long enough, so that it is asked again the next time */
  missed(): boolean {
    if (++this.#silences < SILENCES_MAX) return false;
    this.#isDue = false;
    return true;
  }
}

/**
 * Takes all answers that are still due after a transfer was broken off, that to `mark` included.
 * @throws {BusFault} `EPROTO` they do not end, `ETIMEDOUT` the mark is not answered, or `signal` says so
 */
export async function untilQuiet(
  answers: Answers,
  signal: AbortSignal | undefined,
  mark?: Mark,
): Promise<void> {
  if (signal?.aborted) throw aborted(signal);
  await breakable(signal, (broken) =>
    // A question may wait where answers fill the device: they are taken meanwhile.
    allOrNone(broken, [
      mark === undefined ? Promise.resolve() : mark.ask(broken.signal),
      drain(answers, broken.signal, mark),
    ]),
  );
}

async function drain(answers: Answers, signal: AbortSignal, mark: Mark | undefined): Promise<void> {
  let isOver = mark === undefined;
  for (let count = 0; count < DUE_MAX; count++) {
    if (signal.aborted) throw aborted(signal);
    const answer = await soon(answers);
    if (answer !== undefined) isOver = mark === undefined || mark.hears(answer) || isOver;
    else if (isOver) return;
    else if (mark?.missed())
      throw new BusFault('ETIMEDOUT', `${answers.description} does not answer: unplug it, plug it in again`);
  }
  // It sends what nobody asked for, and does not end.
  throw new BusFault(
    'EPROTO',
    `${answers.description} sends without being asked: unplug it, plug it in again`,
  );
}

/** @returns undefined: nothing came within 100 ms */
async function soon(answers: Answers): Promise<Uint8Array | undefined> {
  try {
    return await answers.take(AbortSignal.timeout(SETTLE_MS));
  } catch (error) {
    if (error instanceof BusFault && error.code === 'ETIMEDOUT') return undefined;
    throw error;
  }
}
