/**
 * An ATmega328P while its reset is held: as much of serial programming as avrdude needs for the signature and
 * the flash. Source: ATmega328P data sheet, 27.8 (serial downloading), table 27-20.
 */
const SIGNATURE = [0x1e, 0x95, 0x0f];
const FLASH_BYTES = 32 * 1024;
const PAGE_BYTES = 128;

function avr() {
  const flash = new Uint8Array(FLASH_BYTES).fill(0xff);
  const page = new Uint8Array(PAGE_BYTES).fill(0xff);
  let enabled = false;

  /** The fourth byte of the answer to an instruction of which three bytes are here. */
  const answer = ([first, second, third]) => {
    const byte = (((second << 8) | third) * 2) % FLASH_BYTES;
    if (!enabled) return 0;
    if (first === 0x30) return SIGNATURE[third] ?? 0xff;
    if (first === 0x20) return flash[byte];
    if (first === 0x28) return flash[byte + 1];
    return 0;
  };
  const carryOut = ([first, second, third, fourth]) => {
    if (first === 0xac && second === 0x53) enabled = true;
    if (!enabled) return;
    if (first === 0xac && second === 0x80) flash.fill(0xff);
    if (first === 0x40 || first === 0x48) page[(third * 2 + (first === 0x48 ? 1 : 0)) % PAGE_BYTES] = fourth;
    if (first === 0x4c) {
      const start = (((second << 8) | third) * 2) % FLASH_BYTES;
      flash.set(page, start - (start % PAGE_BYTES));
      page.fill(0xff);
    }
  };

  let bytes = [];
  return {
    state: {},
    reset() {},
    select() {
      bytes = [];
    },
    deselect() {},
    // What goes out is the byte that came in before.
    transfer(tx, rx, length) {
      for (let i = 0; i < length; i++) {
        if (rx !== undefined) rx[i] = bytes.length === 3 ? answer(bytes) : (bytes.at(-1) ?? 0);
        bytes.push(tx?.[i] ?? 0);
        if (bytes.length < 4) continue;
        carryOut(bytes);
        bytes = [];
      }
    },
  };
}

export const models = [
  {
    compatible: ['atmel,atmega328p-isp'],
    bus: 'spi',
    title: 'ATmega328P, held in reset',
    properties: [],
    create: avr,
  },
];
