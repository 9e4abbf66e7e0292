import type { FileRange } from '../../devicetree/index.ts';
import type { TreeHost } from './load-tree.ts';

/** What is asked of the files of this machine: whether one is there, for all of it, for a stretch, whether it is a broken link. */
export type Question =
  | readonly [kind: 'exists' | 'read' | 'link', path: string]
  | readonly [kind: 'range', path: string, range: FileRange];

type Answer = boolean | string | Uint8Array | undefined;

/** A question, and its answer as a text: bytes in base64. */
export type Answered = readonly [question: Question, answer: unknown];

/** The files of this machine, with all that was asked of them. */
export class AskedHost {
  readonly host: TreeHost;
  /** Whether to ask again can show that the tree is what it was. The time of now was not asked for, and nothing failed. */
  answersAgain = true;
  /** Of all files that were read. */
  bytes = 0;
  readonly #machine: TreeHost;
  readonly #asked = new Map<string, { readonly question: Question; readonly answer: Answer }>();

  constructor(machine: TreeHost) {
    this.#machine = machine;
    const { clock } = machine;
    const timed = <T>(time: T): T => {
      this.answersAgain = false;
      return time;
    };
    this.host = {
      ...asking((question) => this.#note(question)),
      clock: {
        now: () => timed(clock.now()),
        modified: (path) => timed(clock.modified?.(path)),
        get sourceDateEpoch() {
          return timed(clock.sourceDateEpoch);
        },
      },
    };
  }

  /** What was asked, and the answers. */
  get answers(): readonly Answered[] {
    return [...this.#asked.values()].map(({ question, answer }) => [question, asText(answer)]);
  }

  /** Asks all of it again. */
  answersTheSame(): boolean {
    try {
      for (const { question, answer } of this.#asked.values())
        if (!isSame(answerOf(this.#machine, question), answer)) return false;
      return true;
    } catch {
      // Who reads it in earnest says why it cannot be read any more.
      return false;
    }
  }

  #note(question: Question): Answer {
    let answer: Answer;
    try {
      answer = answerOf(this.#machine, question);
    } catch (error) {
      this.answersAgain = false;
      throw error;
    }
    const key = JSON.stringify(question);
    const before = this.#asked.get(key);
    if (before !== undefined && !isSame(before.answer, answer)) this.answersAgain = false;
    if (before === undefined && answer instanceof Uint8Array) this.bytes += answer.length;
    this.#asked.set(key, { question, answer });
    return answer;
  }
}

/** A host whose every question `answer` answers. */
function asking(answer: (question: Question) => Answer): Omit<TreeHost, 'clock'> {
  return {
    exists: (path) => answer(['exists', path]) as boolean,
    readFile: (path) => answer(['read', path]) as Uint8Array | undefined,
    readRange: (path, range) => answer(['range', path, range]) as Uint8Array | undefined,
    brokenLink: (path) => answer(['link', path]) as string | undefined,
  };
}

function answerOf(machine: TreeHost, [kind, path, range]: Question): Answer {
  switch (kind) {
    case 'exists':
      return machine.exists(path);
    case 'read':
      return machine.readFile(path);
    case 'range':
      return machine.readRange(path, range as FileRange);
    case 'link':
      return machine.brokenLink(path);
  }
}

/** Bytes in base64; what is no bytes as it is. */
export function asText(answer: unknown): unknown {
  return answer instanceof Uint8Array ? Buffer.from(answer).toString('base64') : answer;
}

export function isSame(a: unknown, b: unknown): boolean {
  if (a instanceof Uint8Array && b instanceof Uint8Array) return Buffer.compare(a, b) === 0;
  return a === b;
}
