/**
 * What can go wrong between an adapter and its port, on demand: for tests of whoever talks to it. Each fault
 * lasts until its count is used up or it is switched off.
 */
export class Faults {
  /** Answers come this much later, in ms: a USB converter's latency timer. */
  latencyMs = 0;
  /** The adapter takes everything and says nothing. */
  hanging = false;
  #dropped = 0;
  #garbled = 0;
  #passed = 0;
  #received = 0;
  #unplugAfter = Number.POSITIVE_INFINITY;
  #hangAfter = Number.POSITIVE_INFINITY;

  /** The next `count` bytes of answers get lost, after `skip` that do not. */
  dropAnswers(count: number, skip = 0): void {
    this.#passed = skip;
    this.#dropped = count;
  }

  /** The next `count` bytes of answers have all their bits turned over, after `skip` that do not. */
  garbleAnswers(count: number, skip = 0): void {
    this.#passed = skip;
    this.#garbled = count;
  }

  /** The adapter is unplugged when it has taken `bytes` more. */
  unplugAfter(bytes: number): void {
    this.#unplugAfter = this.#received + bytes;
  }

  /** The adapter hangs when it has taken `bytes` more. */
  hangAfter(bytes: number): void {
    this.#hangAfter = this.#received + bytes;
  }

  /** @returns what of `bytes` reaches the adapter, and whether it was unplugged at the end of it. */
  incoming(bytes: Uint8Array): { bytes: Uint8Array; unplugged: boolean } {
    const start = this.#received;
    const unplugged = start + bytes.length >= this.#unplugAfter;
    const taken = bytes.subarray(0, Math.max(0, Math.min(this.#unplugAfter, this.#hangAfter) - start));
    this.#received += bytes.length;
    if (this.#received >= this.#hangAfter) {
      this.hanging = true;
      this.#hangAfter = Number.POSITIVE_INFINITY;
    }
    return { bytes: taken, unplugged };
  }

  /** @returns what of the adapter's answer reaches the client. */
  outgoing(bytes: Uint8Array): Uint8Array {
    if (this.hanging) return bytes.subarray(0, 0);
    if (this.#dropped + this.#garbled === 0) return bytes;
    const sent: number[] = [];
    for (const byte of bytes) {
      if (this.#passed > 0) {
        this.#passed--;
        sent.push(byte);
      } else if (this.#dropped > 0) this.#dropped--;
      else if (this.#garbled > 0) {
        this.#garbled--;
        sent.push(byte ^ 0xff);
      } else sent.push(byte);
    }
    return Uint8Array.from(sent);
  }
}
