import { describe, expect, it } from 'vitest';
import {
  type DescriptorChain,
  readSpiConfig,
  readSpiHead,
  SPI_CONFIG_BYTES,
  SPI_HEAD_BYTES,
  SPI_MODE_FUNC,
  SPI_NBITS,
  SPI_RESULT,
  SPI_WIRE_MODE,
  type SpiConfig,
  type SpiHead,
  spiErrno,
  spiModeFunc,
  spiModeSupported,
  spiModesOf,
  spiResult,
  VIRTIO_ID_SPI,
  writeSpiConfig,
  writeSpiHead,
} from '../../../src/virtio/index.ts';
import { MockGuest } from '../../support/mock-guest.ts';

it('has the numbers of 5.21', () => {
  expect([VIRTIO_ID_SPI, SPI_HEAD_BYTES, SPI_CONFIG_BYTES]).toEqual([45, 32, 32]);
  expect(SPI_RESULT).toEqual({ TRANS_OK: 0, PARAM_ERR: 1, TRANS_ERR: 2 });
  expect(SPI_NBITS).toEqual({ DUAL: 1, QUAD: 2, OCTAL: 4 });
});

/** Little-endian. */
const le32 = (...values: readonly number[]) => [...new Uint8Array(Uint32Array.from(values).buffer)];

const head: SpiHead = {
  chipSelectId: 1,
  bitsPerWord: 16,
  csChange: 1,
  txNbits: 4,
  rxNbits: 8,
  mode: 0x13,
  freq: 0xfedc_ba98,
  wordDelayNs: 0x0102_0304,
  csSetupNs: 0x1112_1314,
  csDelayHoldNs: 0x2122_2324,
  csChangeDelayInactiveNs: 0x3132_3334,
};
const headBytes = [
  ...[1, 16, 1, 4, 8, 0, 0, 0],
  ...le32(0x13, 0xfedc_ba98, 0x0102_0304, 0x1112_1314, 0x2122_2324, 0x3132_3334),
];

describe('struct virtio_spi_transfer_head', () => {
  it('is written field by field, reserved ones 0, nothing beside it', () => {
    const bytes = new Uint8Array(40).fill(0xaa);
    writeSpiHead(new DataView(bytes.buffer), 3, head);
    expect([...bytes]).toEqual([0xaa, 0xaa, 0xaa, ...headBytes, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa]);
  });

  it.each([[[32]], [[8, 24]], [[1, 2, 3, 4, 5, 17]]])('is read from pieces of %j bytes', (cuts) => {
    const guest = new MockGuest(8);
    const driver = guest.driver<string>();
    const left = [...headBytes];
    const pieces = cuts.map((length) => guest.alloc(Uint8Array.from(left.splice(0, length))));
    driver.addBuf(pieces, [], 'x');
    driver.kickPrepare();
    const found = { ...head, freq: 0, mode: 0, chipSelectId: 9 };
    readSpiHead((guest.device().pop() as DescriptorChain).readable, found);
    expect(found).toEqual(head);
  });
});

describe('struct virtio_spi_config', () => {
  const config: SpiConfig = {
    csMaxNumber: 4,
    csChangeSupported: 1,
    txNbitsSupported: 3,
    rxNbitsSupported: 7,
    bitsPerWordMask: 0x8000_8080,
    modeFuncSupported: 0x7f,
    maxFreqHz: 50_000_000,
    maxWordDelayNs: 1,
    maxCsSetupNs: 2,
    maxCsHoldNs: 3,
    maxCsInactiveNs: 4,
  };

  it('is 4 bytes and 7 words', () => {
    const bytes = new Uint8Array(SPI_CONFIG_BYTES);
    writeSpiConfig(new DataView(bytes.buffer), 0, config);
    expect([...bytes]).toEqual([4, 1, 3, 7, ...le32(0x8000_8080, 0x7f, 50_000_000, 1, 2, 3, 4)]);
    expect(readSpiConfig(new DataView(bytes.buffer))).toEqual(config);
  });
});

describe('mode_func_supported, whose bits are not those of mode', () => {
  it('has the bits of the specification', () => {
    expect(SPI_MODE_FUNC).toEqual({
      CPHA_0: 1,
      CPHA_1: 2,
      CPOL_0: 4,
      CPOL_1: 8,
      CS_HIGH: 16,
      LSB_FIRST: 32,
      LOOP: 64,
    });
    expect(SPI_WIRE_MODE).toEqual({ CPHA: 1, CPOL: 2, CS_HIGH: 4, LSB_FIRST: 8, LOOP: 16 });
  });

  it.each([
    ['mode 0 only', 0, 0b000_0101],
    ['modes 0 to 3', 0b11, 0b000_1111],
    ['everything', 0b11111, 0b111_1111],
    ['mode 0 and 1, chip select high', 0b00101, 0b001_0111],
  ])('stands for %s', (_what, modes, mask) => {
    expect(spiModeFunc(modes)).toBe(mask);
    expect(spiModesOf(mask)).toBe(modes);
  });

  it.each([
    // CPHA=1 only: mode 0 is not there (0b10 in bits 0-1).
    [0b000_0110, [1]],
    [0b000_0101, [0]],
    [0b000_1010, [3]],
    [0b000_1111, [0, 1, 2, 3]],
    [0b001_0101, [0, 4]],
    [0b111_1111, Array.from({ length: 32 }, (_, i) => i)],
    // 0b00 is invalid: no mode at all.
    [0, []],
  ])('%i lets through exactly the modes %j', (mask, modes) => {
    const let_through = Array.from({ length: 64 }, (_, mode) => mode).filter((mode) =>
      spiModeSupported(mask, mode),
    );
    expect(let_through).toEqual(modes);
  });
});

describe('the result byte', () => {
  it('by the standard: EINVAL is PARAM_ERR, all else TRANS_ERR', () => {
    expect([0, 22, 5, 110].map((errno) => spiResult(errno, false))).toEqual([0, 1, 2, 2]);
    expect([0, 1, 2, 77].map((result) => spiErrno(result, false))).toEqual([0, 22, 5, 5]);
  });

  it('with DTBUS_F_ERRNO is the errno number; 1 is PARAM_ERR all the same', () => {
    for (let errno = 2; errno <= 133; errno++) {
      expect(spiErrno(spiResult(errno, true), true)).toBe(errno);
    }
    expect(spiErrno(1, true)).toBe(22);
    // EPERM has the number of PARAM_ERR and cannot be said.
    expect(spiResult(1, true)).toBe(5);
  });

  it('with DTBUS_F_ERRNO is EIO for what is no errno number', () => {
    expect([134, 4096].map((errno) => spiResult(errno, true))).toEqual([5, 5]);
    expect(spiErrno(200, true)).toBe(5);
  });
});
