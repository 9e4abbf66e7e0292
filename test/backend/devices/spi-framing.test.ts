import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  Client,
  ResourceManager,
  type SpiFraming,
  spiFramingOf,
  TOLD_BY_DRIVER,
  VirtioSpiDevice,
} from '../../../src/backend/index.ts';
import type { SpiController } from '../../../src/bus/index.ts';
import { loadParts, partFor } from '../../../src/parts/index.ts';
import {
  allocateQueueAreas,
  createDeviceQueue,
  createDriverQueue,
  DmaAllocator,
  GuestMemory,
  SPI_HEAD_BYTES,
  SPI_RESULT,
  writeSpiHead,
} from '../../../src/virtio/index.ts';
import { hostOf } from '../../support/rig.ts';
import { PLAIN_CAPABILITIES, spiTransfer } from '../../support/spi.ts';

/** A driver that, like Linux's, sends transfer by transfer and never sets cs_change. */
async function linuxDriver(framing: SpiFraming, answerLater = false) {
  const log: string[] = [];
  const controller: SpiController = {
    description: 'recorder',
    capabilities: PLAIN_CAPABILITIES,
    transfer(chipSelect, _mode, transfers) {
      for (const { tx, rx } of transfers)
        log.push(`${chipSelect}:${tx ? `w${tx.length}` : `r${rx?.length}`}`);
      return answerLater ? new Promise((resolve) => setImmediate(resolve)) : undefined;
    },
    deselect: () => void log.push('|'),
  };
  const host = hostOf({ spi: controller }, !answerLater);
  const manager = new ResourceManager();
  const bus = manager.addSpiBus('/spi', host, controller);
  const device = new VirtioSpiDevice(manager, bus, new Client('linux'), () => framing);
  await manager.open();

  const buffer = new SharedArrayBuffer(1 << 16);
  const memory = GuestMemory.over(buffer);
  const dma = new DmaAllocator(0x1000, (1 << 16) - 0x1000);
  const config = { ...allocateQueueAreas(dma, 64, 0), size: 64, features: 0 };
  const driver = createDriverQueue<string>(memory, config);
  device.acceptFeatures(0);
  device.activate([createDeviceQueue(memory, config)], () => {});

  const results: number[] = [];
  const send = (chipSelect: number, tx: readonly number[] | undefined, rxLength = 0): void => {
    const head = { addr: dma.alloc(SPI_HEAD_BYTES), len: SPI_HEAD_BYTES };
    writeSpiHead(new DataView(buffer), head.addr, {
      chipSelectId: chipSelect,
      bitsPerWord: 8,
      csChange: 0,
      txNbits: 0,
      rxNbits: 0,
      mode: 0,
      freq: 0,
      wordDelayNs: 0,
      csSetupNs: 0,
      csDelayHoldNs: 0,
      csChangeDelayInactiveNs: 0,
    });
    const readable = [head];
    if (tx !== undefined) {
      const data = { addr: dma.alloc(tx.length), len: tx.length };
      memory.slice(data.addr, data.len).set(tx);
      readable.push(data);
    }
    const writable = rxLength > 0 ? [{ addr: dma.alloc(rxLength), len: rxLength }] : [];
    const result = { addr: dma.alloc(1), len: 1 };
    results.push(result.addr);
    driver.addBuf(readable, [...writable, result], 'sent');
    driver.kickPrepare();
    device.processQueue();
  };
  const answers = () => results.map((at) => memory.slice(at, 1)[0]);
  return { send, log, manager, bus, device, answers };
}

const parts = await loadParts();
const framingFor = (...compatible: string[]) => spiFramingOf(partFor(parts, 'spi', compatible));
const NOR = framingFor('winbond,w25q80');
const PLAIN = framingFor('acme,thing');

afterEach(() => {
  vi.useRealTimers();
});

describe('where a message of Linux ends', () => {
  it('reads the answer to a command under the same selection', async () => {
    const { send, log } = await linuxDriver(PLAIN);
    send(0, [0x9f]);
    send(0, undefined, 3);
    expect(log).toEqual(['0:w1', '0:r3']);
  });

  it('begins a new message with each command of an unknown part', async () => {
    const { send, log } = await linuxDriver(PLAIN);
    send(0, [0x01]);
    send(0, [0x02]);
    expect(log).toEqual(['0:w1', '|', '0:w1']);
  });

  it('ends a message with what was read', async () => {
    const { send, log } = await linuxDriver(NOR);
    send(0, [0x05]);
    send(0, undefined, 1);
    send(0, [0x05]);
    send(0, undefined, 1);
    expect(log).toEqual(['0:w1', '0:r1', '|', '0:w1', '0:r1']);
  });

  it('keeps opcode, address and data of a flash together, and write enable apart', async () => {
    const { send, log } = await linuxDriver(NOR);
    send(0, [0x06]);
    send(0, [0x02]);
    send(0, [0, 0x10, 0]);
    send(0, [1, 2, 3, 4]);
    send(0, [0x06]);
    send(0, [0x20]);
    send(0, [0, 0x10, 0]);
    send(0, [0x05]);
    expect(log.join(' ')).toBe('0:w1 | 0:w1 0:w3 0:w4 | 0:w1 | 0:w1 0:w3 | 0:w1');
  });

  it('keeps address and dummy bytes of a fast read with what is read', async () => {
    const { send, log } = await linuxDriver(NOR);
    send(0, [0x0b]);
    send(0, [0, 0, 0]);
    send(0, [0]);
    send(0, undefined, 16);
    expect(log).toEqual(['0:w1', '0:w3', '0:w1', '0:r16']);
  });

  it('keeps header, wait bytes and data of a TPM together, by what it answers', async () => {
    const { send, log } = await linuxDriver(framingFor('tcg,tpm_tis-spi'));
    // The recorder answers 0: not ready. What is only written has no answer: ready.
    send(0, [0x80, 0xd4, 0, 0x18], 4);
    send(0, [0], 1);
    send(0, [0], 1);
    expect(log.splice(0)).toEqual(['0:w4', '0:w1', '0:w1']);
    send(1, [0x01, 0xd4, 0, 0x24]);
    send(1, [1]);
    send(1, [2]);
    send(1, [0x00, 0xd4, 0, 0x18]);
    expect(log).toEqual(['|', '1:w4', '1:w1', '1:w1', '|', '1:w4']);
  });

  it('deselects before it selects another chip', async () => {
    const { send, log } = await linuxDriver(NOR);
    send(0, [0x02]);
    send(1, [0x9f]);
    expect(log).toEqual(['0:w1', '|', '1:w1']);
  });

  it('deselects when nothing follows', async () => {
    const { send, log, device } = await linuxDriver(PLAIN);
    send(0, [0x06]);
    const due = device.processQueue();
    expect(due).toBeLessThan(performance.now() + 1000);
    while (performance.now() < due);
    expect(device.processQueue()).toBe(Number.POSITIVE_INFINITY);
    expect(log).toEqual(['0:w1', '|']);
  });

  // Linux's driver never sets cs_change, so nothing but the part tells where a message ends.
  it.each([
    [['winbond,w25q80']],
    [['macronix,mx25l25635f']],
    [['gigadevice,gd25q64', 'jedec,spi-nor']],
    [['w25q128']],
  ])('frames %o as the NOR flash that it is', async (compatible) => {
    const { send, log } = await linuxDriver(framingFor(...compatible));
    send(0, [0x06]);
    send(0, [0x02]);
    send(0, [0, 0x10, 0]);
    send(0, [1, 2, 3, 4]);
    expect(log).toEqual(['0:w1', '|', '0:w1', '0:w3', '0:w4']);
  });

  const WRITE_ENABLE = [[0x06]];
  const AT25 = framingFor('st,m95m02', 'atmel,at25');
  const MCP23S = framingFor('microchip,mcp23s08');
  it.each<[string, SpiFraming, number[][], boolean]>([
    ['a part without a framing', PLAIN, [[0x02]], false],
    ['a flash: write enable', NOR, WRITE_ENABLE, false],
    ['a flash: read status', NOR, [[0x05]], true],
    ['a flash: read id', NOR, [[0x9f]], true],
    ['a flash: address of a read', NOR, [[0x03], [0, 0, 0]], true],
    ['a flash: address of a program', NOR, [[0x02], [0, 0, 0]], true],
    ['a flash: data of a program', NOR, [[0x02], [0, 0, 0], [1, 2, 3, 4]], false],
    ['a flash: opcode of an erase', NOR, [[0x20]], true],
    ['a flash: address of an erase', NOR, [[0x20], [0, 0, 0]], false],
    ['an EEPROM: write enable', AT25, WRITE_ENABLE, false],
    ['an EEPROM: read status', AT25, [[0x05]], true],
    ['an EEPROM: address of a read', AT25, [[0x03, 0, 0, 0]], true],
    ['an EEPROM: all of a write', AT25, [[0x02, 0, 0, 0, 1]], false],
    ['an expander: register to read', MCP23S, [[0x41, 0x09]], true],
    ['an expander: register to write', MCP23S, [[0x40, 0x09]], true],
    ['an expander: all of a write', MCP23S, [[0x40, 0x09, 1]], false],
  ])('waits for longer where the message cannot be over: %s', async (_, framing, writes, unfinished) => {
    const { send, device } = await linuxDriver(framing);
    vi.useFakeTimers({ toFake: ['performance'] });
    for (const bytes of writes) send(0, bytes);
    const due = device.processQueue();
    if (unfinished) expect(due).toBeGreaterThanOrEqual(performance.now() + 500);
    else expect(due).toBeLessThanOrEqual(performance.now() + 10);
  });

  it('waits no longer for what has been answered', async () => {
    const { send, device } = await linuxDriver(NOR);
    vi.useFakeTimers({ toFake: ['performance'] });
    send(0, [0x05]);
    send(0, undefined, 1);
    expect(device.processQueue()).toBeLessThanOrEqual(performance.now() + 10);
  });

  it('fails the rest of a command whose part was deselected for others: it would be another command', async () => {
    const { send, log, manager, bus, answers } = await linuxDriver(NOR);
    send(0, [0x02]);
    const other = spiTransfer({ tx: Uint8Array.of(1) });
    await manager.transferSpi(new Client('waiting'), bus, 1, 0, [other]);
    send(0, [0xc7, 0, 0]);
    expect(log).toEqual(['0:w1', '|', '1:w1']);
    expect(answers()).toEqual([SPI_RESULT.TRANS_OK, SPI_RESULT.TRANS_ERR]);
    send(0, [0x06]);
    expect(log).toEqual(['0:w1', '|', '1:w1', '0:w1']);
  });

  it('gives the host to another client then, also when its controller answers later', async () => {
    const { send, log, manager, bus } = await linuxDriver(PLAIN, true);
    send(0, [0x06]);
    const other = spiTransfer({ tx: Uint8Array.of(1) });
    await manager.transferSpi(new Client('other'), bus, 1, 0, [other]);
    expect(log).toEqual(['0:w1', '|', '1:w1']);
  });
});

describe('where a message of ours ends', () => {
  it('is told: a chip that is left selected goes on, also behind what was read', async () => {
    const { send, log } = await linuxDriver(TOLD_BY_DRIVER);
    send(0, [0x06]);
    send(0, [0x01]);
    send(0, undefined, 2);
    send(0, [0x02]);
    expect(log).toEqual(['0:w1', '0:w1', '0:r2', '0:w1']);
    send(1, [0x03]);
    expect(log.slice(4)).toEqual(['|', '1:w1']);
  });

  it('is waited for without an end', async () => {
    const { send, log, device } = await linuxDriver(TOLD_BY_DRIVER);
    vi.useFakeTimers({ toFake: ['performance'] });
    send(0, undefined, 2);
    vi.advanceTimersByTime(3_600_000);
    expect(device.processQueue()).toBe(Number.POSITIVE_INFINITY);
    expect(log).toEqual(['0:r2']);
  });
});
