import { I2C_M, type I2cMessage, roomFor, type SpiTransfer } from '../../bus/index.ts';
import { type DescriptorChain, type DeviceQueue, GuestMemoryError } from '../../virtio/index.ts';

/*
 * What is carried out later must not lie in the front-end's memory: the front-end may have died by then, and its
 * memory with it, or may have reset the device and use the memory for something else. The memory may also be unplugged, or mapped anew.
 */

/** What a driver asked for. */
interface Requested {
  readonly chain: DescriptorChain;
}

/** Messages with buffers of their own: what is written copied, what is read still to come. */
export function copyOfMessages(messages: readonly I2cMessage[]): I2cMessage[] {
  return messages.map((message) => ({
    ...message,
    buf: isRead(message) ? blank(message.buf) : message.buf.slice(),
  }));
}

/** Hands on what was read. False: its memory was taken away meanwhile. */
export function deliverMessages(from: readonly I2cMessage[], to: readonly Requested[]): boolean {
  return from.every((message, i) => !isRead(message) || deliver(message.buf, to[i]));
}

/** Transfers with buffers of their own. */
export function copyOfTransfers(transfers: readonly SpiTransfer[]): SpiTransfer[] {
  return transfers.map((transfer) => ({
    ...transfer,
    tx: transfer.tx?.slice(),
    rx: transfer.rx && blank(transfer.rx),
  }));
}

/** Hands on what was received. False: its memory was taken away meanwhile. */
export function deliverTransfers(from: readonly SpiTransfer[], to: readonly Requested[]): boolean {
  return from.every(({ rx }, i) => rx === undefined || deliver(rx, to[i]));
}

const isRead = ({ flags }: I2cMessage): boolean => (flags & I2C_M.RD) !== 0;
const blank = ({ length }: Uint8Array): Uint8Array => roomFor(length);

/** Writes by address: where the memory table was exchanged, the views of before lead nowhere. */
function deliver(bytes: Uint8Array, request: Requested | undefined): boolean {
  if (request === undefined || request.chain.revoked) return false;
  const { writable } = request.chain;
  try {
    writable.rewind();
    writable.write(bytes);
    return true;
  } catch (thrown) {
    onlyIfGone(thrown);
    return false;
  }
}

/**
 * Puts the result into the last writable byte, where there is one, and gives the chain back. A result whose
 * memory was taken away goes nowhere.
 */
export function completeChain(queue: DeviceQueue, chain: DescriptorChain, result: number): void {
  const { writable } = chain;
  try {
    if (writable.length > 0) writable.writeLastU8(result);
  } catch (thrown) {
    onlyIfGone(thrown);
  }
  queue.pushUsed(chain, writable.length);
}

function onlyIfGone(thrown: unknown): void {
  if (!(thrown instanceof GuestMemoryError)) throw thrown;
}
