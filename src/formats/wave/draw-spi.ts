import type { TracedTransfer } from '../../trace/index.ts';
import type { SpiLanes } from './lanes.ts';
import { type Pen, TICK_NS } from './pen.ts';

/** Half a bit takes as long as the transfer says, between 2.5 MHz and 1 MHz. */
const FASTEST_TICKS = 2;
const SLOWEST_TICKS = 5;

/** Draws an SPI message at the pen's place, in mode 0. @returns how many bytes are not known and left out */
export function drawSpi(pen: Pen, lanes: SpiLanes, { segments, wireMs }: TracedTransfer): number {
  const select = lanes.selects.get(segments[0]?.target ?? 0);
  if (select === undefined) return 0;
  const lengths = segments.map(({ sent, received }) => Math.max(sent?.length ?? 0, received?.length ?? 0));
  const bits = lengths.reduce((sum, length) => sum + 8 * length, 1);
  const ticks = (wireMs * 1e6) / TICK_NS / bits / 2;
  const half = Math.min(SLOWEST_TICKS, Math.max(FASTEST_TICKS, ticks));
  let left = 0;
  pen.set(select, false);
  pen.move(2 * half);
  for (const [index, { sent, received }] of segments.entries()) {
    const known = Math.max(sent?.bytes.length ?? 0, received?.bytes.length ?? 0);
    left += (lengths[index] as number) - known;
    for (let at = 0; at < known; at++) {
      // Who only receives sends zeros; nobody drives MISO for who only sends.
      const out = sent === undefined ? 0 : (sent.bytes[at] ?? 0);
      const into = received === undefined ? 0xff : (received.bytes[at] ?? 0xff);
      for (let mask = 0x80; mask > 0; mask >>= 1) {
        pen.set(lanes.mosi, (out & mask) !== 0);
        pen.set(lanes.miso, (into & mask) !== 0);
        pen.move(half);
        pen.set(lanes.sck, true);
        pen.move(half);
        pen.set(lanes.sck, false);
      }
    }
  }
  pen.move(half);
  pen.set(select, true);
  pen.move(4 * half);
  return left;
}
