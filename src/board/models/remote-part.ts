import { type DeviceNode, NodeError } from '../../bus/index.ts';
import {
  type Cancel,
  type I2cPart,
  type I2cWire,
  Line,
  type PartAccess,
  type PartContext,
  type PropertyValue,
  type SpiPart,
} from '../../sim/index.ts';
import type { ModelThread } from './model-thread.ts';
import type {
  MadePart,
  MadeSegment,
  ModelCall,
  ModelCalls,
  PartView,
  SegmentRequest,
  ThreadEvent,
} from './protocol.ts';
import { nodeBelow, onWire, type RemoteCall, type Rest, received, remoteChip } from './remote-segment.ts';

type PartEvent = Exclude<ThreadEvent, { readonly kind: 'failed' }>;

const NOTHING: PartView = {
  addresses: [],
  sharedAddresses: [],
  stretchNs: undefined,
  busyReason: undefined,
  takesRuns: false,
  segments: undefined,
};

/** A part whose model runs in another thread, as the wires of this one see it. */
class RemotePart {
  readonly state = {};
  readonly lines: readonly Line[];
  readonly #thread: ModelThread;
  readonly #model: number;
  readonly path: string;
  readonly #context: PartContext;
  /** Told of what failed when its clock rang. */
  readonly #fail: (path: string, error: unknown) => void;
  readonly #alarms = new Map<number, Cancel>();
  #generation = 0;
  protected view = NOTHING;
  protected made: MadePart = { lines: [], contents: false, segments: [], spi: {} };
  /** The segments behind it, as it made them. */
  protected readonly wires: I2cWire[] = [];
  readonly #node: DeviceNode;

  constructor(thread: ModelThread, model: number, node: DeviceNode, { context, fail, add }: RemoteContext) {
    this.#thread = thread;
    this.#model = model;
    this.path = node.path;
    this.#node = node;
    this.#context = context;
    this.#fail = fail;
    add(this);
    try {
      this.#create();
    } catch (error) {
      const { sentence, property } = error as Partial<NodeError>;
      throw sentence === undefined ? error : new NodeError(node, property, sentence);
    }
    this.lines = this.made.lines.map(({ name, high }) => new Line(name, high));
  }

  readonly access: PartAccess = {
    get: (property) => this.call('get', property) as PropertyValue,
    set: (property, value) => this.call('set', property, value),
    drivePin: (pin, high) => this.call('drivePin', pin, high),
    registers: () => this.call('registers'),
    snapshot: () => this.call('snapshot'),
    restore: (snapshot) => this.call('restore', snapshot),
  };

  reset(): void {
    if (!this.#thread.alive) this.#thread.loadSync();
    if (this.#generation !== this.#thread.generation) this.#create();
    else this.call('reset');
  }

  close(): void {
    this.save();
    if (this.#thread.alive) this.call('close');
    for (const cancel of this.#alarms.values()) cancel();
  }

  save(): void {
    if (this.#thread.alive && this.made.contents) this.call('save');
  }

  /** The thread has ended: what it waited for is nothing any more. */
  ended(): void {
    for (const cancel of this.#alarms.values()) cancel();
    this.#alarms.clear();
    for (const line of this.lines ?? []) line.release();
    // Nothing is behind a part that does not answer.
    if (this.view.segments !== undefined) this.view = { ...this.view, segments: [] };
  }

  /** @returns what comes of it; undefined where there is no such segment */
  onSegment({ segment, name, args }: SegmentRequest): unknown {
    const wire = this.wires[segment];
    return wire && onWire(wire, name, args);
  }

  onEvent(event: PartEvent): void {
    const { clock } = this.#context;
    if (event.kind === 'warning') this.#context.warn(event.sentence);
    if (event.kind === 'pin') this.lines?.[event.line]?.set(event.high);
    if (event.kind === 'cancel') {
      this.#alarms.get(event.alarm)?.();
      this.#alarms.delete(event.alarm);
    }
    if (event.kind === 'view') {
      const moved = !sameList(event.view.addresses, this.view.addresses);
      const shared = !sameList(event.view.sharedAddresses, this.view.sharedAddresses);
      this.view = event.view;
      if (moved || shared) this.#context.readdress();
    }
    if (event.kind === 'after') {
      const { alarm, due } = event;
      const ring = () => {
        this.#alarms.delete(alarm);
        try {
          this.call('alarm', alarm);
        } catch (error) {
          this.#fail(this.path, error);
        }
      };
      this.#alarms.set(alarm, clock.after(Math.max(0, due - clock.now()), ring));
    }
  }

  #create(): void {
    this.#generation = this.#thread.generation;
    this.made = this.call('create', this.#model, this.#context.strict === true);
    // After a reset it makes the same ones, and what is on them stays.
    for (const made of this.made.segments.slice(this.wires.length)) this.wires.push(this.#segment(made));
  }

  #segment({ path, inside }: MadeSegment): I2cWire {
    const node = path === undefined ? undefined : nodeBelow(this.#node, path);
    const wire = node === undefined ? this.#context.emptySegment() : this.#context.segment(node);
    for (const chip of inside) {
      const call: RemoteCall = (name, ...args) => this.callOf(chip.path, name, ...args);
      wire.attach(remoteChip(chip.addresses, call), this.path);
    }
    return wire;
  }

  protected call<Name extends ModelCall>(name: Name, ...args: Rest<ModelCalls[Name]>) {
    return this.callOf(this.path, name, ...args);
  }

  protected callOf<Name extends ModelCall>(path: string, name: Name, ...args: Rest<ModelCalls[Name]>) {
    const all = [path, ...args] as unknown as Parameters<ModelCalls[Name]>;
    return this.#thread.call(this.#context.clock, name, ...all);
  }
}

/** What a remote part needs beside its node. */
export interface RemoteContext {
  readonly context: PartContext;
  readonly fail: (path: string, error: unknown) => void;
  /** Told of the part before it is made: what it does then is told to it. */
  readonly add: (part: AnyRemotePart) => void;
}

export type AnyRemotePart = Pick<RemotePart, 'path' | 'onEvent' | 'onSegment' | 'ended' | 'save'>;

export class RemoteI2cPart extends RemotePart implements I2cPart {
  get addresses(): readonly number[] {
    return this.view.addresses;
  }

  get sharedAddresses(): readonly number[] {
    return this.view.sharedAddresses;
  }

  get segments(): readonly I2cWire[] | undefined {
    return this.view.segments?.flatMap((index) => this.wires[index] ?? []);
  }

  get stretchNs(): number {
    return this.view.stretchNs ?? 0;
  }

  get busyReason(): string | undefined {
    return this.view.busyReason;
  }

  get takesRuns(): boolean {
    return this.view.takesRuns;
  }

  start(address: number, read: boolean): boolean {
    return this.call('start', address, read) === true;
  }

  write(data: Uint8Array): number {
    return this.call('write', new Uint8Array(data));
  }

  read(into: Uint8Array): void {
    received(this.call('read', into.length), into);
  }

  stop(): void {
    this.call('stop');
  }

  loseArbitration(): void {
    this.call('loseArbitration');
  }
}

export class RemoteSpiPart extends RemotePart implements SpiPart {
  readonly spiModes: number;
  readonly maxSpeedHz: number;
  readonly idleClocks: boolean;
  readonly csHigh: boolean;

  constructor(...given: ConstructorParameters<typeof RemotePart>) {
    super(...given);
    const { spiModes = 0b1111, maxSpeedHz = 0, csHigh = false, idleClocks = false } = this.made.spi;
    this.spiModes = spiModes;
    this.maxSpeedHz = maxSpeedHz;
    this.idleClocks = idleClocks;
    this.csHigh = csHigh;
  }

  get takesRuns(): boolean {
    return this.view.takesRuns;
  }

  select(mode: number): void {
    this.call('select', mode);
  }

  transfer(tx: Uint8Array | undefined, rx: Uint8Array | undefined, length: number, lines: number): void {
    const sent = tx && new Uint8Array(tx.subarray(0, length));
    const answer = this.call('transfer', sent, length, lines, rx !== undefined);
    if (rx !== undefined) received(answer, rx.subarray(0, length));
  }

  deselect(): void {
    this.call('deselect');
  }
}

function sameList(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((value, at) => value === b[at]);
}
