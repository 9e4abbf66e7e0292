/** Gives every request back, its writable part filled with 7; keeps some for a while. */
export class Device {
  deviceId = 34;
  features = 1 + 2 ** 23;
  queueCount = 2;
  config = Uint8Array.from({ length: 32 }, (_, i) => i);
  kept = [];
  queues = [];
  constructor(random, deviceId) {
    this.random = random;
    this.deviceId = deviceId;
  }
  get busy() {
    return this.kept.length > 0;
  }
  acceptFeatures() {
    return true;
  }
  activate(queues, notifyUsed) {
    this.queues = queues;
    this.notifyUsed = notifyUsed;
  }
  reset() {
    // What it still has, it may use once more: that must do no harm.
    const late = this.kept.splice(0);
    const { queues } = this;
    this.queues = [];
    this.late = { late, queues };
  }
  afterwards() {
    for (const { queue, chain } of this.late?.late ?? []) answer(this.late.queues[queue], chain);
    this.late = undefined;
  }
  processQueue(index) {
    const queue = this.queues[index];
    for (let chain = queue.pop(); chain !== undefined; chain = queue.pop()) {
      if (this.random(8) === 0) this.kept.push({ queue: index, chain });
      else answer(queue, chain);
    }
    if (this.kept.length > 4) {
      const { queue: of, chain } = this.kept.shift();
      answer(this.queues[of], chain);
    }
    this.notifyUsed(index);
    return this.random(16) === 0 ? performance.now() : Number.POSITIVE_INFINITY;
  }
}

function answer(queue, chain) {
  const { readable, writable } = chain;
  try {
    readable.skip(Math.min(readable.remaining, 3));
    for (const piece of writable.segments()) piece.fill(7);
    if (writable.length > 0) writable.writeLastU8(0);
  } catch (error) {
    // Memory may go away under a request; the cursors say so.
    if (error.name !== 'GuestMemoryError' && error.name !== 'ChainTooShort') throw error;
  }
  queue?.pushUsed(chain, writable.length);
}
