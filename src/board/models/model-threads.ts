import type { DeviceNode } from '../../bus/index.ts';
import type { Clock, PartContext, PartModel, PartRegistry } from '../../sim/index.ts';
import type { OwnParts } from '../../sim/own-part.ts';
import { ModelThread } from './model-thread.ts';
import type { ModelDescription, ThreadEvent } from './protocol.ts';
import { type AnyRemotePart, type RemoteContext, RemoteI2cPart, RemoteSpiPart } from './remote-part.ts';
import { threadError } from './thread-error.ts';

interface ModelThreadsOptions {
  /** Folder that relative file names of the tree start from. */
  readonly directory: string;
  /** The board's tree. */
  readonly blob: Uint8Array;
  /** The board's. */
  readonly clock: Clock;
  readonly parts: PartRegistry;
}

/** The models of the user's own of a board, each file of them in a thread of its own. */
export class ModelThreads {
  readonly #options: ModelThreadsOptions;
  readonly #threads: ModelThread[] = [];

  constructor(options: ModelThreadsOptions) {
    this.#options = options;
  }

  get count(): number {
    return this.#threads.length;
  }

  /** Loads a file. `name`: as the tree has it. @throws {Error} why it cannot be loaded */
  readonly load = async (path: string, name: string): Promise<OwnParts> => {
    const { directory, blob, clock, parts } = this.#options;
    const origin = clock.timesTransfers ? undefined : performance.timeOrigin;
    const made = new Map<string, AnyRemotePart>();
    const failAll = (error: unknown) => {
      for (const each of parts.list()) if (made.has(each.path)) each.fail(error);
    };
    const thread = new ModelThread(
      { file: path, directory, blob, origin },
      {
        name,
        onEvent: (event: ThreadEvent) => {
          if (event.kind === 'failed') failAll(threadError(event.error));
          else made.get(event.path)?.onEvent(event);
        },
        onEnd: (error) => {
          for (const part of made.values()) part.ended();
          failAll(error);
        },
        onSegment: (request) => made.get(request.path)?.onSegment(request),
      },
    );
    this.#threads.push(thread);
    const { models, faults } = await thread.load();
    const fail = (at: string, error: unknown) =>
      parts
        .list()
        .find((each) => each.path === at)
        ?.fail(error);
    const add = (part: AnyRemotePart) => {
      parts.keep({ flush: () => part.save() });
      made.set(part.path, part);
    };
    return { models: models.map((model, index) => modelOf(thread, model, index, { fail, add })), faults };
  };

  async close(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.close()));
  }
}

/** A model whose code is in `thread`. */
function modelOf(
  thread: ModelThread,
  description: ModelDescription,
  index: number,
  rest: Omit<RemoteContext, 'context'>,
): PartModel {
  const isolated = true;
  if (description.bus === 'i2c') {
    const create = (node: DeviceNode, context: PartContext) =>
      new RemoteI2cPart(thread, index, node, { ...rest, context });
    return { ...description, bus: 'i2c', isolated, create };
  }
  const create = (node: DeviceNode, context: PartContext) =>
    new RemoteSpiPart(thread, index, node, { ...rest, context });
  return { ...description, bus: 'spi', isolated, create };
}
