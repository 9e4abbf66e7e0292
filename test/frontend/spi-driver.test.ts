import { describe, expect, it } from 'vitest';
import {
  BusFault,
  SPI_MODE,
  type SpiCapabilities,
  type SpiController,
  type SpiTransfer,
} from '../../src/bus/index.ts';
import { spiRig } from '../support/rig.ts';
import { spiTransfer } from '../support/spi.ts';

const CAPABILITIES: SpiCapabilities = {
  chipSelects: 2,
  modes: SPI_MODE.CPHA | SPI_MODE.CPOL | SPI_MODE.LSB_FIRST | SPI_MODE.LOOP | SPI_MODE.TX_QUAD,
  bitsPerWordMask: (1 << 7) | (1 << 15),
  maxSpeedHz: 10_000_000,
  maxWordDelayNs: 1000,
  maxCsSetupNs: 0,
  maxCsHoldNs: 0,
  maxCsInactiveNs: 0,
};

/** A controller that logs what happens on its wires and answers with the complement of what is sent. */
function recorder(fault?: BusFault) {
  const log: string[] = [];
  const asked: { mode: number; transfers: SpiTransfer[] }[] = [];
  const controller: SpiController = {
    description: 'recorder',
    capabilities: CAPABILITIES,
    transfer(chipSelect, mode, transfers) {
      if (fault !== undefined) throw fault;
      asked.push({ mode, transfers: transfers.map((transfer) => ({ ...transfer })) });
      const parts = transfers.map(({ tx, rx }) => `${tx?.length ?? '-'}/${rx?.length ?? '-'}`);
      const held = transfers.at(-1)?.csChange === true;
      log.push(`cs${chipSelect}[${parts.join(' ')}${held ? '' : ']'}`);
      for (const { tx, rx } of transfers) {
        const sent = tx?.slice();
        for (let i = 0; i < (rx?.length ?? 0); i++) (rx as Uint8Array)[i] = ~(sent?.[i] ?? 0);
      }
    },
    deselect: () => void log.push(']'),
  };
  return { controller, log, asked };
}

describe('virtio-spi, from the FE driver to the controller', () => {
  it('learns from the configuration space what the controller can do', async () => {
    const { adapter } = await spiRig(recorder().controller);
    expect(adapter.capabilities).toEqual(CAPABILITIES);
  });

  it('carries a message of several transfers under one chip select', async () => {
    const { controller, log, asked } = recorder();
    const { adapter } = await spiRig(controller);
    const rx = new Uint8Array(2);
    adapter.transferSync(1, SPI_MODE.CPHA | SPI_MODE.LOOP, [
      spiTransfer({ tx: Uint8Array.of(0x9f), speedHz: 5_000_000 }),
      spiTransfer({ tx: Uint8Array.of(1, 2), rx, bitsPerWord: 16, wordDelayNs: 500, txNbits: 4 }),
    ]);
    expect(log).toEqual(['cs1[1/- 2/2]']);
    expect([...rx]).toEqual([0xfe, 0xfd]);
    expect(asked[0]).toMatchObject({
      mode: SPI_MODE.CPHA | SPI_MODE.LOOP,
      transfers: [
        { speedHz: 5_000_000, bitsPerWord: 8 },
        { bitsPerWord: 16, wordDelayNs: 500, txNbits: 4 },
      ],
    });
  });

  it('deselects between transfers where csChange says so', async () => {
    const { controller, log } = recorder();
    const { adapter } = await spiRig(controller);
    adapter.transferSync(0, 0, [
      spiTransfer({ tx: Uint8Array.of(1), csChange: true }),
      spiTransfer({ tx: Uint8Array.of(2) }),
    ]);
    expect(log).toEqual(['cs0[1/-]', 'cs0[1/-]']);
  });

  it('leaves the chip selected after a last csChange, and goes on in the same selection', async () => {
    const { controller, log } = recorder();
    const { adapter } = await spiRig(controller);
    adapter.transferSync(0, 0, [spiTransfer({ tx: Uint8Array.of(1), csChange: true })]);
    adapter.transferSync(0, 0, [spiTransfer({ rx: new Uint8Array(4) })]);
    expect(log).toEqual(['cs0[1/-', 'cs0[-/4]']);
  });

  it('ends a held selection before a message to another chip', async () => {
    const { controller, log } = recorder();
    const { adapter } = await spiRig(controller);
    adapter.transferSync(0, 0, [spiTransfer({ tx: Uint8Array.of(1), csChange: true })]);
    adapter.transferSync(1, 0, [spiTransfer({ tx: Uint8Array.of(2) })]);
    expect(log).toEqual(['cs0[1/-', ']', 'cs1[1/-]']);
  });

  it('carries as many transfers in one message as spidev takes, both ways at once', async () => {
    const { controller, asked } = recorder();
    const { adapter } = await spiRig(controller);
    // 127: _IOC_SIZEBITS of spidev's SPI_IOC_MESSAGE; four pieces each, more than the queue has slots.
    const full = () => spiTransfer({ tx: Uint8Array.of(0x0f), rx: new Uint8Array(1) });
    const transfers = Array.from({ length: 127 }, full);
    adapter.transferSync(0, 0, transfers);
    expect(asked.map((message) => message.transfers.length)).toEqual([127]);
    expect(transfers.map(({ rx }) => rx?.[0])).toEqual(Array(127).fill(0xf0));
  });

  it('fails with ENOMEM while there is no memory for a request, and loses none of it', async () => {
    const { controller, log } = recorder();
    const { adapter, dma } = await spiRig(controller);
    const send = (count: number) =>
      adapter.transferSync(0, 0, Array(count).fill(spiTransfer({ tx: Uint8Array.of(1) })));
    const held: number[] = [];
    for (let order = 20; order >= 6; order--) {
      // A message of 8 needs 512 bytes for itself and a table for each of its transfers.
      while (dma.available > 1024) {
        try {
          held.push(dma.alloc(2 ** order));
        } catch {
          break;
        }
      }
    }
    const before = dma.available;
    expect(() => send(64)).toThrowError(expect.objectContaining({ code: 'ENOMEM' }));
    expect(dma.available).toBe(before);
    expect(() => send(8)).toThrowError(expect.objectContaining({ code: 'ENOMEM' }));
    for (const block of held) dma.free(block);
    send(8);
    expect(log.at(-1)).toBe('cs0[1/- 1/- 1/- 1/- 1/- 1/- 1/- 1/-]');
  });

  it('carries a transfer without data: a mere selection', async () => {
    const { controller, log } = recorder();
    const { adapter } = await spiRig(controller);
    await adapter.transfer(0, 0, [spiTransfer({})]);
    expect(log).toEqual(['cs0[-/-]']);
  });

  it.each([
    ['a chip select that is not there', 2, 0, {}],
    ['a mode that the controller lacks', 0, SPI_MODE.CS_HIGH, {}],
    ['a word that the controller lacks', 0, 0, { bitsPerWord: 9 }],
    ['a speed above the maximum', 0, 0, { speedHz: 10_000_001 }],
    ['a delay above the maximum', 0, 0, { wordDelayNs: 1001 }],
    ['lines that the controller lacks', 0, 0, { rxNbits: 4 }],
  ])('answers %s with EINVAL', async (_what, chipSelect, mode, fields) => {
    const { controller, log } = recorder();
    const { adapter } = await spiRig(controller);
    const send = () =>
      adapter.transferSync(chipSelect, mode, [spiTransfer({ tx: Uint8Array.of(1), ...fields })]);
    expect(send).toThrowError(expect.objectContaining({ code: 'EINVAL' }));
    expect(log).toEqual([]);
  });

  it('refuses two directions of different length', async () => {
    const { adapter } = await spiRig(recorder().controller);
    const uneven = [spiTransfer({ tx: new Uint8Array(2), rx: new Uint8Array(3) })];
    expect(() => adapter.transferSync(0, 0, uneven)).toThrow(/2 bytes and rx 3/);
  });

  it('brings the reason of a failure to the caller', async () => {
    const { adapter } = await spiRig(recorder(new BusFault('ENODEV')).controller);
    expect(() => adapter.transferSync(0, 0, [spiTransfer({ tx: Uint8Array.of(1) })])).toThrowError(
      expect.objectContaining({ code: 'ENODEV' }),
    );
  });
});
