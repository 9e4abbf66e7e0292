import type { SpiTransfer } from '../../src/bus/index.ts';
import { lengthMax, roomOf, TRANSFERS_MAX } from './spidev.ts';

/**
 * A message in the calls that spidev takes: each of its buffers holds `bufsiz` bytes. A call whose message goes on ends
 * with `cs_change`, by which the chip stays selected until the next (Documentation/spi/spi-summary.rst).
 */
export function callsOf(transfers: readonly SpiTransfer[], bufsiz: number): SpiTransfer[][] {
  const calls: SpiTransfer[][] = [];
  let call: SpiTransfer[] = [];
  let sent = 0;
  let received = 0;
  for (const piece of transfers.flatMap((transfer) => piecesOf(transfer, lengthMax(bufsiz)))) {
    const tx = roomOf(piece.tx?.length ?? 0);
    const rx = roomOf(piece.rx?.length ?? 0);
    const isFull = sent + tx > bufsiz || received + rx > bufsiz || call.length === TRANSFERS_MAX;
    if (isFull && call.length > 0) {
      calls.push(call);
      call = [];
      sent = 0;
      received = 0;
    }
    call.push(piece);
    sent += tx;
    received += rx;
  }
  calls.push(call);
  // Between transfers `csChange` deselects; behind the last of a call it keeps the chip selected.
  return calls.map((each, index) => (index === calls.length - 1 ? each : goesOn(each)));
}

function goesOn(call: readonly SpiTransfer[]): SpiTransfer[] {
  return call.map((piece, index) =>
    index === call.length - 1 ? { ...piece, csChange: !piece.csChange } : piece,
  );
}

function piecesOf(transfer: SpiTransfer, most: number): SpiTransfer[] {
  const { tx, rx } = transfer;
  const length = (tx ?? rx)?.length ?? 0;
  if (length <= most) return [transfer];
  const pieces: SpiTransfer[] = [];
  for (let from = 0; from < length; from += most) {
    const isLast = from + most >= length;
    pieces.push({
      ...transfer,
      tx: tx?.subarray(from, from + most),
      rx: rx?.subarray(from, from + most),
      csChange: isLast && transfer.csChange,
      csHoldNs: isLast ? transfer.csHoldNs : 0,
    });
  }
  return pieces;
}
