import { createRequire } from 'node:module';
import { MessageChannel, Worker } from 'node:worker_threads';
import { Client } from '../backend/index.ts';
import type { Tree } from '../devicetree/index.ts';
import { backEndDied, LocalBackEnd, ringDoorbell } from '../transport/index.ts';
import { GuestMemory } from '../virtio/index.ts';
import { callsInline, callsOver } from './calls.ts';
import type { BackEndMessage, BackEndStart, Call, DeviceProblem, WorkerChannels } from './protocol.ts';

/** A back-end at work, wherever it runs. */
export interface RunningBackEnd {
  /** Buses that could not be made, and why. */
  readonly problems: readonly DeviceProblem[];
  /** Runs the back-end once; only where it has no thread of its own. */
  readonly serve?: () => void;
  readonly call: Call;
  readonly end: () => Promise<void>;
}

type Warn = (sentence: string) => void;

/** A back-end in this thread. */
export async function startInline(tree: Tree, start: BackEndStart, warn: Warn): Promise<RunningBackEnd> {
  const { BoardBackEnd } = await import('./back-end.ts');
  const backEnd = await BoardBackEnd.create(tree, { ...start, warn });
  const local = new LocalBackEnd(
    GuestMemory.over(start.memory),
    start.registers,
    backEnd.devicesFor(new Client('the board')),
  );
  return {
    problems: backEnd.problems,
    serve: () => local.serveInline(),
    call: callsInline(backEnd.calls),
    end: async () => {
      local.close();
      await backEnd.close();
    },
  };
}

/** A back-end in a thread of its own. */
export class BackEndThread {
  readonly #warn: Warn;
  readonly #worker: Worker;
  readonly #channel = new MessageChannel();
  readonly #channels: WorkerChannels;
  readonly #exited: Promise<void>;

  /** Starts the thread; it loads what it needs and waits for `start`. */
  constructor(warn: Warn) {
    this.#warn = warn;
    this.#channels = {
      calls: this.#channel.port2,
      answers: new SharedArrayBuffer(4),
      control: new SharedArrayBuffer(4),
    };
    const entry = createRequire(import.meta.url).resolve('#board-worker');
    this.#worker = new Worker(entry, { workerData: this.#channels, transferList: [this.#channel.port2] });
    this.#exited = new Promise((resolve) => this.#worker.once('exit', () => resolve()));
  }

  /** @throws what the thread dies of before it serves. */
  async start(start: BackEndStart): Promise<RunningBackEnd> {
    const worker = this.#worker;
    void this.#exited.then(() => backEndDied(start.registers));
    const problems = await new Promise<readonly DeviceProblem[]>((resolve, reject) => {
      worker.once('error', reject);
      worker.on('message', (message: BackEndMessage) => {
        if (message.kind === 'ready') resolve(message.problems);
        else if (message.kind === 'warning') this.#warn(message.sentence);
      });
      worker.postMessage(start);
    });
    const call = callsOver(this.#channel.port1, this.#channels.answers, () => ringDoorbell(start.registers));
    const save = () => this.#save(call);
    process.once('exit', save);
    // An open board does not keep the process alive: what waits for it does.
    worker.unref();
    this.#channel.port1.unref();
    return {
      problems,
      call,
      end: async () => {
        process.off('exit', save);
        worker.ref();
        Atomics.store(new Int32Array(this.#channels.control), 0, 1);
        ringDoorbell(start.registers);
        await this.#exited;
        this.#channel.port1.close();
      },
    };
  }

  /** The board could not be read after all. */
  async abandon(): Promise<void> {
    this.#channel.port1.close();
    await this.#worker.terminate();
  }

  /** The process ends without having closed the board. */
  #save(call: Call): void {
    try {
      call('save');
    } catch (thrown) {
      const reason = thrown instanceof Error ? thrown.message : String(thrown);
      this.#warn(`what simulated parts hold could not be written: ${reason}`);
    }
  }
}
