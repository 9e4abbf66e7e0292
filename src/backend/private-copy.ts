import { I2C_M, type I2cMessage, type SpiTransfer } from '../bus/index.ts';

/*
 * What is carried out later must not lie in the front-end's memory: the front-end may have died by then, and its
 * memory with it, or may have reset the device and use the memory for something else.
 */

/** Messages with buffers of their own: what is written copied, what is read still to come. */
export function copyOfMessages(messages: readonly I2cMessage[]): I2cMessage[] {
  return messages.map((message) => ({
    ...message,
    buf: isRead(message) ? blank(message.buf) : message.buf.slice(),
  }));
}

/** Hands on what was read. */
export function deliverMessages(from: readonly I2cMessage[], to: readonly I2cMessage[]): void {
  for (const [index, message] of from.entries()) if (isRead(message)) deliver(message.buf, to[index]?.buf);
}

/** Transfers with buffers of their own. */
export function copyOfTransfers(transfers: readonly SpiTransfer[]): SpiTransfer[] {
  return transfers.map((transfer) => ({
    ...transfer,
    tx: transfer.tx?.slice(),
    rx: transfer.rx && blank(transfer.rx),
  }));
}

/** Hands on what was received. */
export function deliverTransfers(from: readonly SpiTransfer[], to: readonly SpiTransfer[]): void {
  for (const [index, { rx }] of from.entries()) if (rx !== undefined) deliver(rx, to[index]?.rx);
}

const isRead = ({ flags }: I2cMessage): boolean => (flags & I2C_M.RD) !== 0;
const blank = ({ length }: Uint8Array): Uint8Array => new Uint8Array(length);

/** A view of memory that was unmapped meanwhile is empty. */
function deliver(from: Uint8Array, to: Uint8Array | undefined): void {
  if (to?.length === from.length) to.set(from);
}
