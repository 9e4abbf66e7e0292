import { createInterface } from 'node:readline';
import type { Duplex } from 'node:stream';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import {
  BusFault,
  type Errno,
  I2C_M,
  type I2cController,
  type I2cMessage,
  type NackPlace,
  type SpiCapabilities,
  type SpiController,
  type SpiTransfer,
} from '../../../src/bus/index.ts';
import { RecordingWire } from '../recording-wire.ts';

interface Answer {
  readonly id: number | 'ready' | 'struck';
  readonly received?: readonly string[];
  readonly functionality?: number;
  readonly capabilities?: SpiCapabilities;
  /** Where emulated adapters are plugged in there: events of the wire behind them, and what its part at 0x50 holds. */
  readonly seen?: string;
  readonly memory?: string;
  readonly fault?: { readonly code: Errno; readonly sentence: string; readonly nack?: NackPlace };
}

/** What an adapter is made of in the guest: a folder under `hosts/`, and the node's properties. */
export interface GuestAdapter {
  readonly folder: string;
  readonly node: Readonly<Record<string, string | readonly string[] | number>>;
  /** What `makeEmulator` of the folder takes behind the buses. */
  readonly emulate?: readonly unknown[];
}

/** Adapters in a guest, driven over its serial line by `in-guest/controllers.mjs`. */
export class GuestControllers {
  readonly #stream: Duplex;
  readonly #waiting = new Map<number | 'ready', (answer: Answer) => void>();
  readonly #ready: Promise<unknown>;
  #next = 0;
  /** The wire behind the adapter that is plugged in there, as it is known here. */
  wire: MirroredWire | undefined;

  constructor(stream: Duplex) {
    this.#stream = stream;
    // What is sent before the guest listens is lost.
    this.#ready = new Promise((resolve) => this.#waiting.set('ready', resolve));
    stream.once('close', () => {
      const fault = { code: 'ENODEV', sentence: 'the guest has ended' } as const;
      for (const [id, resolve] of this.#waiting) resolve({ id, fault });
      this.#waiting.clear();
    });
    createInterface({ input: stream }).on('line', (line) => {
      if (!line.startsWith('{')) return;
      const answer: Answer = JSON.parse(line);
      if (answer.id === 'struck') this.wire?.struck();
      else this.wire?.seen(answer);
      if (answer.id === 'struck') return;
      this.#waiting.get(answer.id)?.(answer);
      this.#waiting.delete(answer.id);
    });
  }

  /** Opens one; its buses are driven as if they were here. @throws {BusFault} */
  async open(
    adapter: string,
    made: GuestAdapter,
  ): Promise<{ i2c: I2cController | undefined; spi: SpiController | undefined }> {
    const { functionality, capabilities } = await this.ask({ call: 'open', adapter, ...made });
    return {
      i2c: functionality === undefined ? undefined : this.#i2c(adapter, functionality),
      spi: capabilities === undefined ? undefined : this.#spi(adapter, capabilities),
    };
  }

  end(): void {
    this.#stream.write('{"call":"end"}\n');
  }

  async ask(request: object, signal?: AbortSignal): Promise<Answer> {
    if (this.#stream.destroyed) throw new BusFault('ENODEV', 'the guest has ended');
    await this.#ready;
    const id = this.#next++;
    const abort = (): void => void this.#stream.write(`${JSON.stringify({ call: 'abort', id })}\n`);
    const answer = await new Promise<Answer>((resolve) => {
      this.#waiting.set(id, resolve);
      const isLate = signal?.aborted === true;
      this.#stream.write(`${JSON.stringify({ id, ...request, ...this.wire?.remembered(), isLate })}\n`);
      signal?.addEventListener('abort', abort, { once: true });
    });
    signal?.removeEventListener('abort', abort);
    const { fault } = answer;
    if (fault === undefined) return answer;
    throw new BusFault(fault.code, fault.sentence, fault.nack && { nack: fault.nack });
  }

  #i2c(adapter: string, functionality: number): I2cController {
    return {
      description: adapter,
      functionality,
      transfer: async (messages: readonly I2cMessage[], signal?: AbortSignal) => {
        const sent = messages.map(({ addr, flags, buf }) => [
          addr,
          flags,
          (flags & I2C_M.RD) !== 0 ? buf.length : packed(buf),
        ]);
        const { received = [] } = await this.ask({ call: 'i2c', adapter, messages: sent }, signal);
        messages.forEach(({ buf }, i) => {
          buf.set(unpacked(received[i]));
        });
      },
    };
  }

  #spi(adapter: string, capabilities: SpiCapabilities): SpiController {
    return {
      description: adapter,
      capabilities,
      transfer: async (
        chipSelect: number,
        mode: number,
        transfers: readonly SpiTransfer[],
        signal?: AbortSignal,
      ) => {
        const sent = transfers.map(({ tx, rx, ...rest }) => ({
          ...rest,
          ...(tx && { tx: packed(tx) }),
          ...(rx && { rx: rx.length }),
        }));
        const request = { call: 'spi', adapter, chipSelect, mode, transfers: sent };
        const { received = [] } = await this.ask(request, signal);
        transfers.forEach(({ rx }, i) => {
          rx?.set(unpacked(received[i]));
        });
      },
      deselect: async () => {
        await this.ask({ call: 'deselect', adapter });
      },
    };
  }
}

/** The recording wire in the guest, as far as the suites look at it. */
export class MirroredWire extends RecordingWire {
  readonly #arm: () => void;
  #action: (() => void) | undefined;
  /** What the guest's part holds. */
  #known: Uint8Array = new Uint8Array(this.memory);

  /** @param arm lets the guest tell of the next event, at which its adapter falls silent */
  constructor(arm: () => void) {
    super();
    this.#arm = arm;
  }

  override atNextEvent(action: () => void): void {
    this.#action = action;
    this.#arm();
  }

  struck(): void {
    const action = this.#action;
    this.#action = undefined;
    action?.();
  }

  seen({ seen, memory }: Pick<Answer, 'seen' | 'memory'>): void {
    const words = Buffer.from(unpacked(seen)).toString();
    if (words !== '') this.log.push(...words.split(' '));
    if (memory === undefined) return;
    this.#known = unpacked(memory);
    this.memory.set(this.#known);
  }

  /** What a test has changed in the part. */
  remembered(): { remembered?: string } {
    if (Buffer.compare(this.memory, this.#known) === 0) return {};
    this.#known = new Uint8Array(this.memory);
    return { remembered: packed(this.memory) };
  }
}

/** The line loses what is much longer than 4096 bytes. */
function packed(bytes: Uint8Array): string {
  return deflateRawSync(bytes).toString('base64');
}

function unpacked(text: string | undefined): Uint8Array {
  return text ? inflateRawSync(Buffer.from(text, 'base64')) : new Uint8Array(0);
}
