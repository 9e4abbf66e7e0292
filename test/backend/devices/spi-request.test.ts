import { describe, expect, it } from 'vitest';
import { parseSpiRequest, spiConfigOf } from '../../../src/backend/devices/spi-request.ts';
import { SPI_MODE, type SpiCapabilities } from '../../../src/bus/index.ts';
import type { DescriptorChain, SpiHead } from '../../../src/virtio/index.ts';
import { MockGuest } from '../../support/mock-guest.ts';

const CAPABILITIES: SpiCapabilities = {
  chipSelects: 3,
  modes: 3 | SPI_MODE.TX_DUAL | SPI_MODE.RX_QUAD | SPI_MODE.RX_OCTAL,
  // Words of 1, 8 and 32 bits.
  bitsPerWordMask: 0x8000_0081,
  maxSpeedHz: 1000,
  maxWordDelayNs: 11,
  maxCsSetupNs: 22,
  maxCsHoldNs: 33,
  maxCsInactiveNs: 44,
};

/** The fields of `virtio_spi_transfer_head` (virtio 1.4, 5.21.6.1) by their offsets. */
interface Fields {
  readonly chip?: number;
  readonly bits?: number;
  readonly csChange?: number;
  readonly tx?: number;
  readonly rx?: number;
  readonly mode?: number;
  readonly freq?: number;
  readonly wordDelay?: number;
  readonly setup?: number;
  readonly hold?: number;
  readonly inactive?: number;
}

function request(
  fields: Fields,
  { tx = 2, rx = 0, capabilities = CAPABILITIES, maxBytes = Number.POSITIVE_INFINITY, result = 1 } = {},
) {
  const { chip = 0, bits = 8, csChange = 0, mode = 0, freq = 0 } = fields;
  const bytes = new Uint8Array(32 + tx);
  const view = new DataView(bytes.buffer);
  bytes.set([chip, bits, csChange, fields.tx ?? 0, fields.rx ?? 0]);
  const words = [mode, freq, fields.wordDelay, fields.setup, fields.hold, fields.inactive];
  for (const [i, word] of words.entries()) view.setUint32(8 + 4 * i, word ?? 0, true);
  bytes.set(
    Array.from({ length: tx }, (_, i) => i + 1),
    32,
  );
  const guest = new MockGuest(4);
  const driver = guest.driver<number>();
  driver.addBuf([guest.alloc(bytes)], rx + result > 0 ? [guest.alloc(rx + result)] : [], 1);
  driver.kickPrepare();
  const chain = guest.device().pop() as DescriptorChain;
  return parseSpiRequest(chain, spiConfigOf(capabilities), {} as SpiHead, maxBytes);
}

describe('5.21.4 the configuration', () => {
  it('has the lines of each direction: bit 0 two, bit 1 four, bit 2 eight', () => {
    const config = spiConfigOf(CAPABILITIES);
    expect([config.txNbitsSupported, config.rxNbitsSupported]).toEqual([1, 6]);
    const turned = { ...CAPABILITIES, modes: SPI_MODE.TX_QUAD | SPI_MODE.TX_OCTAL | SPI_MODE.RX_DUAL };
    expect([spiConfigOf(turned).txNbitsSupported, spiConfigOf(turned).rxNbitsSupported]).toEqual([6, 1]);
  });
});

describe('5.21.6.2 a request', () => {
  it.each<[string, Fields]>([
    ['the last chip select', { chip: 2 }],
    ['words of 1 bit', { bits: 1 }],
    ['words of 32 bits', { bits: 32 }],
    ['the end of the message', { csChange: 1 }],
    ['single lines by their number', { tx: 1, rx: 1 }],
    ['two lines out', { tx: 2 }],
    ['four lines in', { rx: 4 }],
    ['eight lines in', { rx: 8 }],
    ['the highest speed', { freq: 1000 }],
    ['the longest times', { wordDelay: 11, setup: 22, hold: 33, inactive: 44 }],
  ])('may ask for %s', (_what, fields) => expect(request(fields).valid).toBe(true));

  it.each<[string, Fields]>([
    ['a chip select too many', { chip: 3 }],
    ['words of no bits', { bits: 0 }],
    ['words of 33 bits', { bits: 33 }],
    ['words that the controller does not have', { bits: 16 }],
    ['cs_change of 2', { csChange: 2 }],
    ['three lines', { tx: 3 }],
    ['four lines out', { tx: 4 }],
    ['eight lines out', { tx: 8 }],
    ['two lines in', { rx: 2 }],
    ['sixteen lines', { rx: 16 }],
    ['more speed', { freq: 1001 }],
    ['a longer delay between words', { wordDelay: 12 }],
    ['a longer setup', { setup: 23 }],
    ['a longer hold', { hold: 34 }],
    ['a longer pause', { inactive: 45 }],
  ])('is refused for %s', (_what, fields) => expect(request(fields).valid).toBe(false));

  it('may have words of 1 to 32 bits, and any speed, where the controller names none', () => {
    const capabilities = { ...CAPABILITIES, bitsPerWordMask: 0, maxSpeedHz: 0 };
    const valid = [0, 1, 7, 16, 32, 33].map((bits) => request({ bits, freq: 4e9 }, { capabilities }).valid);
    expect(valid).toEqual([false, true, true, true, true, false]);
  });

  it('needs a head, a byte for the result, and as much room as data where it has both', () => {
    expect(request({}, { result: 0 })).toMatchObject({ valid: false, bytes: 0, deselectAfter: true });
    expect(request({}, { tx: 2, rx: 3 }).valid).toBe(false);
    expect(request({}, { tx: 3, rx: 3 }).valid).toBe(true);
  });

  it('has its data as they lie there, and what the head says', () => {
    const fields = { chip: 1, csChange: 1, tx: 2, rx: 8, mode: 3, freq: 500, wordDelay: 1 };
    const { transfer, ...rest } = request({ ...fields, setup: 2, hold: 3, inactive: 4 }, { tx: 2, rx: 2 });
    expect(rest).toMatchObject({ valid: true, chipSelect: 1, mode: 3, bytes: 4, deselectAfter: true });
    expect([transfer.tx && [...transfer.tx], transfer.rx?.length]).toEqual([[1, 2], 2]);
    expect(transfer).toMatchObject({ speedHz: 500, bitsPerWord: 8, csChange: false, txNbits: 2, rxNbits: 8 });
    expect(transfer).toMatchObject({ wordDelayNs: 1, csSetupNs: 2, csHoldNs: 3, csInactiveNs: 4 });
    expect(request({}).deselectAfter).toBe(false);
  });

  it('has no direction of no length, and no data beyond the limit', () => {
    const only = (sizes: object) => {
      const { transfer, bytes } = request({}, sizes);
      return [bytes, transfer.tx?.length, transfer.rx?.length];
    };
    expect(only({ tx: 0, rx: 2 })).toEqual([2, undefined, 2]);
    expect(only({ tx: 2, rx: 0 })).toEqual([2, 2, undefined]);
    expect(only({ tx: 0, rx: 0 })).toEqual([0, undefined, undefined]);
    expect(only({ tx: 2, rx: 2, maxBytes: 4 })).toEqual([4, 2, 2]);
    expect(only({ tx: 2, rx: 2, maxBytes: 3 })).toEqual([4, undefined, undefined]);
  });
});
