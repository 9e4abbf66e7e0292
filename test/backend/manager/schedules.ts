import { vi } from 'vitest';
import { Client } from '../../../src/backend/clients/client.ts';
import { type ManagedSpiBus, ResourceManager } from '../../../src/backend/index.ts';
import { BusFault, type SpiTransfer } from '../../../src/bus/index.ts';
import { hostOf } from '../../support/rig.ts';
import { PLAIN_CAPABILITIES, spiTransfer } from '../../support/spi.ts';

/*
 * One host and clients that ask, hold it, let go of it and leave at any moment, as a state machine that knows what must
 * be true after each step. Time is the test's.
 */

/** How long others wait for who holds the host, and how far a client may be ahead, in ms: as the manager has them. */
export const HOLD_LIMIT_MS = 1500;
const LEAD_MS = 5;

/** One thing that may happen next. */
export type Step =
  /** A client asks for a message; `keep`: it leaves its chip selected; `next`: it goes on with the one that did. */
  | { readonly does: 'ask'; readonly client: number; readonly kind: 'whole' | 'keep' | 'next' }
  | { readonly does: 'let go' | 'leave'; readonly client: number }
  /** What is on the wire ends, after so many ms. */
  | { readonly does: 'end' | 'fail' | 'vanish' }
  | { readonly does: 'wait' }
  /** The board ends. */
  | { readonly does: 'close' };

interface Asked {
  readonly client: number;
  readonly number: number;
  readonly kind: string;
  started: boolean;
  ended: number;
}

/** What is on the wire. */
interface OnWire {
  readonly client: number;
  readonly asked: Asked | undefined;
  readonly keeps: boolean;
  readonly resolve: () => void;
  readonly reject: (fault: BusFault) => void;
}

/** Lets all that can go on without time or the wire go on. */
async function settle(): Promise<void> {
  for (let i = 0; i < 24; i++) await Promise.resolve();
}

/** One run of a schedule, and what went wrong in it. */
export class Schedule {
  wrong: string | undefined;
  readonly clients: readonly Client[];
  readonly gone: boolean[];
  readonly #durations: readonly number[];
  readonly #manager = new ResourceManager({ reopenIntervalMs: 0 });
  readonly #asked: Asked[] = [];
  /** ms that each client had of the host while each other waited for it all the time. */
  readonly #ahead: number[][];
  #bus!: ManagedSpiBus;
  #wire: OnWire | undefined;
  /** Whose chip is selected between two messages. */
  #selected: number | undefined;
  #closed = false;

  /** @param durations how long a message of each client is on the wire, in ms */
  constructor(durations: readonly number[]) {
    this.#durations = durations;
    this.clients = durations.map((_, i) => new Client(`client ${i}`));
    this.gone = durations.map(() => false);
    this.#ahead = durations.map(() => durations.map(() => 0));
  }

  async open(): Promise<void> {
    const controller = {
      description: 'wire',
      capabilities: PLAIN_CAPABILITIES,
      transfer: (_chip: number, _mode: number, transfers: readonly SpiTransfer[]) => this.#begin(transfers),
      deselect: () => this.#deselect(),
    };
    this.#bus = this.#manager.addSpiBus('/spi', hostOf({ spi: controller }, false), controller);
    await this.#manager.open();
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  get wireIsBusy(): boolean {
    return this.#wire !== undefined;
  }

  get someoneWaits(): boolean {
    return this.#asked.some(({ started, ended }) => !started && ended === 0);
  }

  holds(client: number): boolean {
    return this.#selected === client && !this.gone[client];
  }

  askedBy(client: number): number {
    return this.#asked.filter((asked) => asked.client === client).length;
  }

  async take(step: Step): Promise<void> {
    if (step.does === 'ask') this.#ask(step.client, step.kind);
    else if (step.does === 'leave') this.#leave(step.client);
    else if (step.does === 'let go') this.#letGo(step.client);
    else if (step.does === 'wait') this.#pass(HOLD_LIMIT_MS);
    else if (step.does === 'close') this.#close();
    else this.#end(step.does);
    await settle();
  }

  /** Lets all come to its end, and says what did not. */
  async finish(): Promise<string | undefined> {
    for (let i = 0; i < 40 && this.wrong === undefined; i++) {
      if (this.wireIsBusy) await this.take({ does: 'end' });
      else if (this.someoneWaits) await this.take({ does: 'wait' });
      else break;
    }
    const open = this.#asked.find(({ ended }) => ended !== 1);
    if (this.wrong === undefined && open !== undefined)
      this.#fail(`${nameOf(open)} ended ${open.ended} times`);
    return this.wrong;
  }

  #fail(sentence: string): void {
    this.wrong ??= sentence;
  }

  #pass(ms: number): void {
    vi.advanceTimersByTime(ms);
  }

  #ask(client: number, kind: 'whole' | 'keep' | 'next'): void {
    const asked: Asked = {
      client,
      number: this.#asked.length,
      kind,
      started: false,
      ended: 0,
    };
    if (!this.#waits(client)) this.#joins(client);
    this.#asked.push(asked);
    const transfer = spiTransfer({ tx: Uint8Array.of(asked.number), csChange: kind === 'keep' });
    const ended = () => {
      if (++asked.ended > 1) this.#fail(`${nameOf(asked)} ended twice`);
    };
    const who = this.clients[client] as Client;
    const result = this.#manager.transferSpi(who, this.#bus, client, 0, [transfer], kind === 'next');
    (result ?? Promise.resolve()).then(ended, ended);
  }

  /** As a device does that is closed: it deselects what it held, and its client is dropped. */
  #leave(client: number): void {
    if (this.holds(client)) this.#letGo(client);
    this.gone[client] = true;
    this.#manager.drop(this.clients[client] as Client);
  }

  #close(): void {
    this.#closed = true;
    void this.#manager.close();
  }

  #letGo(client: number): void {
    Promise.resolve(this.#manager.deselect(this.clients[client] as Client, this.#bus)).catch(() => {});
  }

  #begin(transfers: readonly SpiTransfer[]): Promise<void> {
    const asked = this.#asked[transfers[0]?.tx?.[0] ?? -1] as Asked;
    const { client } = asked;
    if (asked.started) this.#fail(`${nameOf(asked)} is on the wire twice`);
    if (this.gone[client]) this.#fail(`${nameOf(asked)} begins when its client is gone`);
    if (this.#closed) this.#fail(`${nameOf(asked)} begins when the board is closed`);
    const later = this.#asked.find(
      (other) => other.client === client && other.number > asked.number && other.started,
    );
    if (later) this.#fail(`${nameOf(later)} overtook ${nameOf(asked)}`);
    if (this.#selected !== undefined && this.#selected !== client)
      this.#fail(`${nameOf(asked)} begins while the chip of client ${this.#selected} is selected`);
    if (asked.kind === 'next' && this.#selected !== client)
      this.#fail(`${nameOf(asked)} goes on with a chip that was deselected`);
    asked.started = true;
    return this.#onWire(client, asked, asked.kind === 'keep');
  }

  #deselect(): Promise<void> {
    const client = this.#selected ?? -1;
    this.#selected = undefined;
    return this.#onWire(client, undefined, false);
  }

  #onWire(client: number, asked: Asked | undefined, keeps: boolean): Promise<void> {
    if (this.#wire !== undefined)
      this.#fail(`two are on the wire: clients ${this.#wire.client} and ${client}`);
    return new Promise<void>((resolve, reject) => {
      this.#wire = { client, asked, keeps, resolve, reject };
    });
  }

  #end(how: 'end' | 'fail' | 'vanish'): void {
    const wire = this.#wire as OnWire;
    const ms = wire.asked === undefined ? 0 : (this.#durations[wire.client] as number);
    this.#pass(ms);
    this.#wire = undefined;
    if (wire.asked !== undefined) {
      this.#selected = how === 'end' && wire.keeps ? wire.client : undefined;
      this.#served(wire.client, ms);
    }
    if (how === 'end') wire.resolve();
    else wire.reject(new BusFault(how === 'fail' ? 'EIO' : 'ENODEV'));
  }

  #waits(client: number): boolean {
    return this.#asked.some((asked) => asked.client === client && !asked.started && asked.ended === 0);
  }

  #joins(client: number): void {
    for (const other of this.#ahead.keys()) {
      (this.#ahead[client] as number[])[other] = 0;
      (this.#ahead[other] as number[])[client] = 0;
    }
  }

  /** Two that wait all the time have the same, but for the lead and a message of each. */
  #served(client: number, ms: number): void {
    for (const other of this.#ahead.keys()) {
      if (other === client || !this.#waits(other)) continue;
      const ahead = (this.#ahead[client] as number[])[other] as number;
      (this.#ahead[client] as number[])[other] = ahead + ms;
      const behind = (this.#ahead[other] as number[])[client] as number;
      const most = LEAD_MS + 2 * Math.max(...this.#durations);
      if (ahead + ms - behind > most)
        this.#fail(`client ${client} had ${ahead + ms - behind} ms more than client ${other}, who waited`);
    }
  }
}

function nameOf({ client, number, kind }: Asked): string {
  return `message ${number} (${kind}) of client ${client}`;
}
