import type { DeviceNode } from '../../bus/index.ts';
import type { Clock } from '../kit/clock.ts';
import type { I2cWire } from '../wire/i2c-wire.ts';
import type { PartContext } from './context.ts';
import { partFiles } from './part-files.ts';
import type { PartRegistry } from './registry.ts';

/** On a part or a bus: mistakes of a driver are told. */
export const STRICT = 'dtbus,strict';

/** What the models on a bus are given alike. */
export interface BusContext {
  readonly parts: PartRegistry;
  readonly directory: string;
  /** The board is only looked at: no file that the tree names is opened. */
  readonly look: boolean;
  readonly strict: boolean;
  warn(sentence: string): void;
  /** A part has changed its addresses. */
  readdress(): void;
  segment(channel: DeviceNode): I2cWire;
  emptySegment(): I2cWire;
}

/**
 * What the model of a node is given. Members are getters that make what they give, so that each may be taken out by
 * itself, and a part that nobody touches holds none of it.
 */
export class NodeContext implements PartContext {
  readonly clock: Clock;
  readonly #node: DeviceNode;
  readonly #bus: BusContext;

  constructor(node: DeviceNode, bus: BusContext, clock: Clock) {
    this.#node = node;
    this.#bus = bus;
    this.clock = clock;
  }

  get directory(): string {
    return this.#bus.directory;
  }

  get strict(): boolean {
    return this.#bus.strict || this.#node.has(STRICT);
  }

  get warn(): PartContext['warn'] {
    const [{ path }, bus] = [this.#node, this.#bus];
    return (sentence) => bus.warn(`${path}: ${sentence}`);
  }

  get readFile(): PartContext['readFile'] {
    return this.#files.readFile;
  }

  get contents(): PartContext['contents'] {
    return this.#files.contents;
  }

  get readdress(): PartContext['readdress'] {
    const bus = this.#bus;
    return () => bus.readdress();
  }

  get segment(): PartContext['segment'] {
    const bus = this.#bus;
    return (channel) => bus.segment(channel);
  }

  get emptySegment(): PartContext['emptySegment'] {
    const bus = this.#bus;
    return () => bus.emptySegment();
  }

  get #files(): Pick<PartContext, 'readFile' | 'contents'> {
    const { look, directory, parts } = this.#bus;
    return partFiles(this.#node, look ? undefined : directory, parts, this.clock, this.warn);
  }
}
