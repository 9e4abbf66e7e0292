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

interface Answer {
  readonly id: number | 'ready';
  readonly received?: readonly string[];
  readonly functionality?: number;
  readonly capabilities?: SpiCapabilities;
  readonly fault?: { readonly code: Errno; readonly sentence: string; readonly nack?: NackPlace };
}

/** What an adapter is made of in the guest: a folder under `hosts/`, and the node's properties. */
export interface GuestAdapter {
  readonly folder: string;
  readonly node: Readonly<Record<string, string | readonly string[] | number>>;
}

/** Adapters in a guest, driven over its serial line by `in-guest/controllers.mjs`. */
export class GuestControllers {
  readonly #stream: Duplex;
  readonly #waiting = new Map<number | 'ready', (answer: Answer) => void>();
  readonly #ready: Promise<unknown>;
  #next = 0;

  constructor(stream: Duplex) {
    this.#stream = stream;
    // What is sent before the guest listens is lost.
    this.#ready = new Promise((resolve) => this.#waiting.set('ready', resolve));
    createInterface({ input: stream }).on('line', (line) => {
      if (!line.startsWith('{')) return;
      const answer: Answer = JSON.parse(line);
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
    await this.#ready;
    const id = this.#next++;
    const abort = (): void => void this.#stream.write(`${JSON.stringify({ call: 'abort', id })}\n`);
    const answer = await new Promise<Answer>((resolve) => {
      this.#waiting.set(id, resolve);
      this.#stream.write(`${JSON.stringify({ id, ...request })}\n`);
      if (signal?.aborted) abort();
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

/** The line loses what is much longer than 4096 bytes. */
function packed(bytes: Uint8Array): string {
  return deflateRawSync(bytes).toString('base64');
}

function unpacked(text: string | undefined): Uint8Array {
  return text ? inflateRawSync(Buffer.from(text, 'base64')) : new Uint8Array(0);
}
