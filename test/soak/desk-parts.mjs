// What is behind the adapters of desk.mjs: parts that count what arrives, and a flash.
import { SpiWire } from '../../dist/src/sim/index.js';

/** Address of the counters, and the length of what they count. */
export const COUNTER = 0x10;
export const RECORD_BYTES = 8;

/** A part that counts each write of eight bytes, by its text. Adapters bring them one by one. */
export function counter(arrived) {
  let heard = [];
  return {
    addresses: [COUNTER],
    state: {},
    reset() {},
    start() {
      heard = [];
      return true;
    },
    write(bytes) {
      heard.push(...bytes);
      return bytes.length;
    },
    read: (into) => into.fill(0x5a),
    stop() {
      const text = Buffer.from(heard).toString('hex');
      if (heard.length === RECORD_BYTES) arrived.set(text, (arrived.get(text) ?? 0) + 1);
      heard = [];
    },
  };
}

export const FLASH = Uint8Array.from({ length: 4096 }, (_, i) => (i * 7) & 0xff);
/** A chip that answers an address of three bytes, behind 03, with data. */
export function flashWire() {
  const spi = new SpiWire();
  let heard = [];
  spi.attach(0, {
    state: {},
    reset() {},
    select: () => {
      heard = [];
    },
    transfer(tx, rx, length) {
      for (let i = 0; i < length; i++) {
        const at = (heard[2] << 8) + heard[3] + heard.length - 4;
        if (rx !== undefined) rx[i] = heard.length < 4 ? 0xff : FLASH[at & 0xfff];
        heard.push(tx?.[i] ?? 0);
      }
    },
    deselect() {},
  });
  return spi;
}
