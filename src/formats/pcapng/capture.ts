import { oneLine } from '../../input/index.ts';
import { busName, notesText, type WatchedTransfer } from '../../trace/decode.ts';
import type { TracedBus, TracedTransfer } from '../../trace/index.ts';
import { interfaceBlock, packetBlock, sectionBlock } from './blocks.ts';
import { i2cPackets } from './i2c-packets.ts';
import { spiPackets } from './spi-packets.ts';

/** Linux I2C packets, and exported PDUs (tcpdump.org, "Link-layer header types"). */
export const LINKTYPE = { i2c: 209, spi: 252 } as const;

/** Begins a comment that says what was not acknowledged in its packet. */
export const NACK_COMMENT = 'not acknowledged: ';

/** A capture file for Wireshark (pcapng): an interface for each bus, the meaning of transfers as comments. */
export class Capture {
  readonly #write: (bytes: Uint8Array) => void;
  readonly #places = new Map<TracedBus, number>();

  constructor(write: (bytes: Uint8Array) => void) {
    this.#write = write;
    write(sectionBlock());
  }

  add(one: WatchedTransfer): void {
    const { bus, transfer, text } = one;
    const place = this.#placeOf(bus);
    const packets = bus.kind === 'i2c' ? i2cPackets(bus.number, transfer) : spiPackets(bus.number, transfer);
    const [part, fault] = [one.part && `${one.part}: `, transfer.fault && `${transfer.fault}: `];
    // What was not acknowledged has a comment of its own, at its packet.
    const { nack: _, ...rest } = transfer;
    const notes = notesText(rest);
    const comment = oneLine(`${fault ?? ''}${part}${text}${notes}`);
    packets.forEach((packet, i) => {
      const comments = [...(i === 0 ? [comment] : []), ...nackComments(transfer, i)];
      this.#write(packetBlock(place, packet, comments));
    });
  }

  #placeOf(bus: TracedBus): number {
    const known = this.#places.get(bus);
    if (known !== undefined) return known;
    const place = this.#places.size;
    this.#places.set(bus, place);
    this.#write(interfaceBlock(LINKTYPE[bus.kind], busName(bus), bus.path));
    return place;
  }
}

/** The format has no place for what was not acknowledged. */
function nackComments({ nack }: TracedTransfer, packet: number): readonly string[] {
  if (nack?.message !== packet) return [];
  return [`${NACK_COMMENT}${nack.byte < 0 ? 'the address' : `byte ${nack.byte}`}`];
}
