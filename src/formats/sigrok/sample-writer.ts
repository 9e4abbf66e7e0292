/** Writes samples of a drawing, all levels of a moment beside each other. */
export class SampleWriter {
  readonly #put: (chunk: Uint8Array) => void;
  readonly #chunk: Uint8Array;
  readonly #sample: Uint8Array;
  #at = 0;

  /** @param layout bytes of a sample and of a chunk @param put takes a full chunk, or the last one; it is only good until it returns */
  constructor(
    idle: readonly boolean[],
    { unit, chunk }: { readonly unit: number; readonly chunk: number },
    put: (chunk: Uint8Array) => void,
  ) {
    this.#put = put;
    this.#chunk = new Uint8Array(chunk - (chunk % unit));
    this.#sample = new Uint8Array(unit);
    idle.forEach((high, lane) => {
      this.set(lane, high);
    });
  }

  set(lane: number, high: boolean): void {
    const mask = 1 << (lane & 7);
    const byte = this.#sample[lane >> 3] as number;
    this.#sample[lane >> 3] = high ? byte | mask : byte & ~mask;
  }

  /** So many samples of the levels that there are now. */
  hold(samples: number): void {
    const unit = this.#sample.length;
    for (let left = samples; left > 0; ) {
      const room = (this.#chunk.length - this.#at) / unit;
      const count = Math.min(room, left);
      fill(this.#chunk.subarray(this.#at, this.#at + count * unit), this.#sample);
      this.#at += count * unit;
      left -= count;
      if (this.#at === this.#chunk.length) this.flush();
    }
  }

  flush(): void {
    if (this.#at > 0) this.#put(this.#chunk.subarray(0, this.#at));
    this.#at = 0;
  }
}

function fill(into: Uint8Array, sample: Uint8Array): void {
  if (sample.length === 1) into.fill(sample[0] as number);
  else Buffer.from(into.buffer, into.byteOffset, into.byteLength).fill(sample);
}
