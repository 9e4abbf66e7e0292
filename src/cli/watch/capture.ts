import type { TracedBus } from '../../board/index.ts';
import { oneLine } from '../../input/index.ts';
import { i2cPackets } from './capture-i2c.ts';
import { spiPackets } from './capture-spi.ts';
import { interfaceBlock, packetBlock, sectionBlock } from './pcapng.ts';
import { busName, type WatchedTransfer } from './transfer-line.ts';

/** Linux I2C packets, and exported PDUs (tcpdump.org, "Link-layer header types"). */
const LINKTYPE = { i2c: 209, spi: 252 } as const;

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
    const comment = oneLine(`${fault ?? ''}${part}${text}`);
    packets.forEach((packet, i) => {
      this.#write(packetBlock(place, packet, i === 0 ? comment : undefined));
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
