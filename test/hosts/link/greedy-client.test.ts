import { Duplex } from 'node:stream';
import { expect, it } from 'vitest';
import { serveEmulator } from '../../../hosts/link/serve-emulator.ts';

const ANSWER_BYTES = 1 << 16;

/** The adapter's end of a line whose client reads when it is let. */
class Line extends Duplex {
  taken = 0;
  #let: (() => void) | undefined;
  #reads = false;

  override _read(): void {}

  override _write(chunk: Uint8Array, _encoding: string, done: () => void): void {
    this.taken += chunk.length;
    if (this.#reads) done();
    else this.#let = done;
  }

  letRead(): void {
    this.#reads = true;
    this.#let?.();
  }
}

const turns = async (most: number, until = () => false) => {
  for (let turn = 0; turn < most && !until(); turn++) await new Promise((resolve) => setImmediate(resolve));
};

it('a client that asks for much in few bytes waits until it reads, and others have their turns meanwhile', async () => {
  let asked = 0;
  let row = 0;
  let longest = 0;
  const fed: number[] = [];
  const emulator = {
    feed(bytes: Uint8Array): Uint8Array {
      fed.push(...bytes);
      asked += bytes.length;
      longest = Math.max(longest, ++row);
      return new Uint8Array(bytes.length * ANSWER_BYTES);
    },
  };
  const line = new Line();
  const served = serveEmulator(emulator, { stream: line });
  const commands = Uint8Array.from({ length: 256 }, (_, at) => at);
  line.push(commands);
  await turns(100);
  // One turn's answers wait for the client, not the 16 MiB of all.
  expect(asked).toBeLessThanOrEqual(16);
  const count = () => {
    row = 0;
    if (asked < commands.length) setImmediate(count);
  };
  count();
  line.letRead();
  await turns(10_000, () => line.taken === commands.length * ANSWER_BYTES);
  served.close();
  expect(line.taken).toBe(commands.length * ANSWER_BYTES);
  expect(fed).toEqual([...commands]);
  expect(longest).toBeLessThan(4);
});
