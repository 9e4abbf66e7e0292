import { I2C_M, type I2cMessage, type SpiTransfer } from '../bus/index.ts';
import type { RecordedBytes, RecordedSegment, RecordedTransfer } from '../recording/index.ts';

/** Bytes up to which they are copied one by one. */
const SHORT = 32;

/** What is asked of a bus: the messages of an I2C transaction, or the transfers of an SPI message. */
export type Request =
  | { readonly kind: 'i2c'; readonly messages: readonly I2cMessage[] }
  | { readonly kind: 'spi'; readonly chipSelect: number; readonly transfers: readonly SpiTransfer[] };

/** Whether a request is the one that a recording has there. Wildcards fit whatever stands for them. */
export function isSame(request: Request, { segments }: RecordedTransfer): boolean {
  if (request.kind === 'i2c') {
    const { messages } = request;
    if (messages.length !== segments.length) return false;
    for (let i = 0; i < segments.length; i++)
      if (!isSameMessage(messages[i] as I2cMessage, segments[i] as RecordedSegment)) return false;
    return true;
  }
  const { transfers, chipSelect } = request;
  return (
    transfers.length === segments.length &&
    segments.every(
      (segment, i) => segment.target === chipSelect && isSameTransfer(transfers[i] as SpiTransfer, segment),
    )
  );
}

function isSameMessage({ addr, flags, buf }: I2cMessage, segment: RecordedSegment): boolean {
  const { target, tenBit, sent, received } = segment;
  if (addr !== target || ((flags & I2C_M.TEN) !== 0) !== tenBit) return false;
  if ((flags & I2C_M.RD) === 0) return sent !== undefined && fits(buf, sent);
  if (received === undefined) return false;
  // The part says how much comes.
  if ((flags & I2C_M.RECV_LEN) !== 0) return received.length <= buf.length;
  return received.isOpen ? received.length <= buf.length : received.length === buf.length;
}

function isSameTransfer({ tx, rx }: SpiTransfer, { sent, received }: RecordedSegment): boolean {
  if (sent !== undefined && tx !== undefined && !fits(tx, sent)) return false;
  if ((sent === undefined) !== (tx === undefined)) return false;
  if (rx === undefined) return true;
  if (received === undefined) return false;
  return received.isOpen ? received.length <= rx.length : received.length === rx.length;
}

/** Whether bytes are those that a recording has; of masked ones only their number is known. */
export function fits(bytes: Uint8Array, { bytes: wanted, length, known, isOpen }: RecordedBytes): boolean {
  if (isOpen ? bytes.length < length : bytes.length !== length) return false;
  for (let at = 0; at < wanted.length; at++) if (bytes[at] !== wanted[at] && known?.[at] !== 0) return false;
  return true;
}

/** Puts what was received into a buffer; a byte that nobody knows is 0xff, as of a line that nobody drives. */
export function answerInto(into: Uint8Array, { bytes, known }: RecordedBytes): void {
  const count = Math.min(bytes.length, into.length);
  // A view of few bytes costs more than they do.
  if (count > SHORT) into.set(bytes.subarray(0, count));
  else for (let at = 0; at < count; at++) into[at] = bytes[at] as number;
  if (known !== undefined)
    known.forEach((is, at) => {
      if (is === 0 && at < into.length) into[at] = 0xff;
    });
  if (bytes.length < into.length) into.fill(0xff, bytes.length);
}

/** A request as a recording would have it: what it receives is its length alone. */
export function recordedRequest(
  bus: string,
  request: Request,
): Pick<RecordedTransfer, 'bus' | 'segments' | 'fault' | 'nack'> {
  const whole = (bytes: Uint8Array | undefined) => bytes && { bytes, length: bytes.length };
  const room = (bytes: Uint8Array | undefined) => bytes && { bytes: new Uint8Array(0), length: bytes.length };
  const segments =
    request.kind === 'i2c'
      ? request.messages.map(({ addr, flags, buf }) => ({
          ...{ target: addr, tenBit: (flags & I2C_M.TEN) !== 0 },
          ...((flags & I2C_M.RD) === 0
            ? { sent: whole(buf), received: undefined }
            : { sent: undefined, received: room(buf) }),
        }))
      : request.transfers.map(({ tx, rx }) => ({
          ...{ target: request.chipSelect, tenBit: false, sent: whole(tx), received: room(rx) },
        }));
  return { bus, segments, fault: undefined, nack: undefined };
}
