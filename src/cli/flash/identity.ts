import { hexByte, hexDigits } from '../../bus/words.ts';

/** Makers by their code in the first bank of JEDEC JEP106, as flash chips answer it to 9Fh. */
const MAKERS: Readonly<Record<number, string>> = {
  1: 'Spansion (Infineon)',
  11: 'XTX',
  28: 'Eon',
  31: 'Atmel (Renesas)',
  32: 'Micron',
  94: 'Zbit',
  104: 'Boya',
  133: 'Puya',
  140: 'ESMT',
  157: 'ISSI',
  161: 'Fudan',
  186: 'Zetta',
  191: 'SST (Microchip)',
  194: 'Macronix',
  200: 'GigaDevice',
  239: 'Winbond',
};

/** Codes of the makers whose chips are told apart. */
export const MAKER = { MICRON: 0x20, SST: 0xbf, MACRONIX: 0xc2, GIGADEVICE: 0xc8, WINBOND: 0xef } as const;

export function makerOf([maker = 0]: Uint8Array): string {
  return MAKERS[maker] ?? `maker ${hexByte(maker)}`;
}

/** What nobody drives: a line that stays high or low. */
export function isNobody(id: Uint8Array): boolean {
  return id.every((byte) => byte === 0xff) || id.every((byte) => byte === 0x00);
}

/**
 * The size that the third byte says: mostly the exponent of two; from 64 MiB on some makers count on from 20h.
 * @returns undefined for a code that means nothing
 */
export function sizeOfId([, , capacity = 0]: Uint8Array): number | undefined {
  const exponent = capacity >= 0x20 && capacity <= 0x22 ? capacity - 0x20 + 26 : capacity;
  return exponent >= 0x10 && exponent <= 0x1c ? 2 ** exponent : undefined;
}

/** `ef 40 14` */
export function hexBytes(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => hexDigits(byte)).join(' ');
}
