/** A device that answers each request by the bytes that it read. It has a configuration space of 12 bytes. */
export class EchoDevice {
  deviceId = 34;
  features = 1;
  queueCount = 1;
  config = Uint8Array.from({ length: 12 }, (_, i) => i + 1);
  busy = false;
  resets = 0;
  processed = 0;
  /** When it wants to be called again; what it is given is kept until then. */
  due = Number.POSITIVE_INFINITY;
  queues = [];
  notify = () => {};

  acceptFeatures(features) {
    return features % 2 === 1;
  }

  activate(queues, notify) {
    this.queues = queues;
    this.notify = notify;
  }

  processQueue(queue) {
    this.processed++;
    if (this.due !== Number.POSITIVE_INFINITY && performance.now() < this.due) return this.due;
    this.due = Number.POSITIVE_INFINITY;
    for (let chain = this.queues[queue].pop(); chain !== undefined; chain = this.queues[queue].pop()) {
      chain.writable.write(chain.readable.take(chain.readable.remaining));
      this.queues[queue].pushUsed(chain, chain.writable.length);
    }
    this.notify(queue);
    return this.due;
  }

  reset() {
    this.resets++;
    this.queues = [];
  }
}
