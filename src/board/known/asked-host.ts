import type { FileRange } from '../../devicetree/index.ts';
import type { TreeHost } from '../open/load-tree.ts';

/** What is asked of the files of this machine: whether one is there, for all of it, for a stretch, whether it is a broken link. */
export type Question =
  | readonly [kind: 'exists' | 'read' | 'link', path: string]
  | readonly [kind: 'range', path: string, range: FileRange];

type Answer = boolean | string | Uint8Array | undefined;

/** A question, and its answer as JSON keeps it: bytes in base64, null for none. */
export type Answered = readonly [question: Question, answer: boolean | string | null];

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
    return [...this.#asked.values()].map(({ question, answer }) => [question, asKept(answer)]);
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

/** Whether this machine answers all questions as it did then. It is asked in vain where one cannot be answered any more. */
export function answersTheSame(machine: TreeHost, answers: readonly Answered[]): boolean {
  try {
    for (let i = 0; i < answers.length; i++) {
      const [question, answer] = answers[i] as Answered;
      if (asKept(answerOf(machine, question)) !== answer) return false;
    }
    return true;
  } catch {
    return false;
  }
}

/** The files as they were then: what is read of them again is the same. */
export function hostOfThen(machine: TreeHost, answers: readonly Answered[]): TreeHost {
  const known = new Map(answers.map(([question, answer]) => [JSON.stringify(question), answer]));
  const answer = (question: Question): Answer => {
    const text = known.get(JSON.stringify(question)) ?? undefined;
    const isBytes = typeof text === 'string' && question[0] !== 'link';
    return isBytes ? Buffer.from(text, 'base64') : (text as boolean | string | undefined);
  };
  return { ...asking(answer), clock: machine.clock };
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

function asKept(answer: Answer): Answered[1] {
  return answer instanceof Uint8Array ? base64Of(answer) : (answer ?? null);
}

export function base64Of(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64');
}

export function isSame(a: unknown, b: unknown): boolean {
  if (a instanceof Uint8Array && b instanceof Uint8Array) return Buffer.compare(a, b) === 0;
  return a === b;
}
