import {
  BusFault,
  errnoName,
  SPI_MODE,
  type SpiAdapter,
  type SpiCapabilities,
  type SpiTransfer,
  spiModeFromWire,
  spiModeToWire,
} from '../bus/index.ts';
import {
  type DmaBuffer,
  DTBUS_F_ERRNO,
  featureSet,
  hasFeature,
  readSpiConfig,
  SPI_CONFIG_BYTES,
  SPI_HEAD_BYTES,
  SPI_NBITS,
  SPI_RESULT,
  SPI_RESULT_BYTES,
  type SpiConfig,
  spiErrno,
  spiModesOf,
  VIRTIO_ID_SPI,
  writeSpiHead,
} from '../virtio/index.ts';
import { BUS_KINDS } from './bus-nodes.ts';
import { type Request, RequestQueue } from './request-queue.ts';

import type { BoundDriver, VirtioDriver } from './virtio-bus.ts';
import type { VirtioDeviceHandle } from './virtio-device.ts';

/** A transfer's block: head and result, then tx, then rx. */
const HEAD_BYTES = 48;
const RESULT_OFFSET = SPI_HEAD_BYTES;

const BASE_TIMEOUT_MS = 2000;
const TIMEOUT_MS_PER_BYTE = 0.5;

/** Where one transfer lies in its request's block. */
interface Place {
  readonly head: number;
  readonly tx: number;
  readonly rx: number;
}

/** The FE driver of a virtio SPI controller: device 45 (virtio 1.4, 5.21). */
export class VirtioSpi implements SpiAdapter, BoundDriver {
  readonly number: number;
  readonly name: string;
  readonly #device: VirtioDeviceHandle;
  #requests: RequestQueue;
  #capabilities: SpiCapabilities;
  #extendedResult = false;

  constructor(device: VirtioDeviceHandle) {
    this.#device = device;
    this.number = device.number;
    this.name = `spi_virtio at virtio bus ${device.name.replace('virtio', '')}`;
    this.#requests = this.#setUp();
    this.#capabilities = this.#readCapabilities();
  }

  get capabilities(): SpiCapabilities {
    return this.#capabilities;
  }

  transferSync(
    chipSelect: number,
    mode: number,
    transfers: readonly SpiTransfer[],
    timeoutMs = timeoutFor(transfers),
  ): void {
    if (transfers.length === 0) return;
    const places: Place[] = [];
    const request = this.#prepare(chipSelect, mode, transfers, places);
    this.#requests.runSync(request, timeoutMs, () => this.#complete(transfers, places, request.bytes));
  }

  async transfer(
    chipSelect: number,
    mode: number,
    transfers: readonly SpiTransfer[],
    timeoutMs = timeoutFor(transfers),
  ): Promise<void> {
    if (transfers.length === 0) return;
    const places: Place[] = [];
    const request = this.#prepare(chipSelect, mode, transfers, places);
    await this.#requests.run(request, timeoutMs, () => this.#complete(transfers, places, request.bytes));
  }

  remove(): void {
    this.#requests.close(new BusFault('ENODEV', `${this.#device.node.path} was removed`));
  }

  freeze(): void {
    this.#requests.close(new BusFault('ESHUTDOWN', `${this.#device.node.path} is suspended`));
  }

  restore(): void {
    this.#requests = this.#setUp();
    this.#capabilities = this.#readCapabilities();
  }

  #setUp(): RequestQueue {
    const features = this.#device.negotiate(featureSet(DTBUS_F_ERRNO));
    this.#extendedResult = hasFeature(features, DTBUS_F_ERRNO);
    return new RequestQueue(this.#device.transport, 0, this.#device.createQueue(0), this.#device.dma);
  }

  #readCapabilities(): SpiCapabilities {
    const bytes = this.#device.transport.readConfig(0, SPI_CONFIG_BYTES);
    return capabilitiesOf(readSpiConfig(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)));
  }

  #prepare(chipSelect: number, mode: number, transfers: readonly SpiTransfer[], places: Place[]): Request {
    let size = 0;
    for (const { tx, rx } of transfers) {
      if (tx !== undefined && rx !== undefined && tx.length !== rx.length) {
        throw new BusFault(
          'EINVAL',
          `tx has ${tx.length} bytes and rx ${rx.length}: both ways are clocked at once`,
        );
      }
      const txAt = size + HEAD_BYTES;
      const rxAt = txAt + align(tx?.length ?? 0);
      places.push({ head: size, tx: txAt, rx: rxAt });
      size = rxAt + align(rx?.length ?? 0);
    }
    const { dma, transport } = this.#device;
    const block = dma.alloc(size);
    const bytes = transport.memory.slice(block, size);
    const view = new DataView(bytes.buffer, bytes.byteOffset, size);
    const wireMode = spiModeToWire(mode);
    const last = transfers.length - 1;
    const chains = transfers.map((transfer, index) => {
      const { head, tx, rx } = places[index] as Place;
      // On the wire 1 always means "deselect after this one". The last transfer of a message therefore has
      // the opposite of Linux's meaning, in which csChange on the last one keeps the chip selected.
      const deselectAfter = index === last ? !transfer.csChange : transfer.csChange;
      writeSpiHead(view, head, {
        chipSelectId: chipSelect,
        bitsPerWord: transfer.bitsPerWord === 0 ? 8 : transfer.bitsPerWord,
        csChange: deselectAfter ? 1 : 0,
        txNbits: transfer.txNbits,
        rxNbits: transfer.rxNbits,
        mode: wireMode,
        freq: transfer.speedHz,
        wordDelayNs: transfer.wordDelayNs,
        csSetupNs: transfer.csSetupNs,
        csDelayHoldNs: transfer.csHoldNs,
        csChangeDelayInactiveNs: transfer.csInactiveNs,
      });
      view.setUint8(head + RESULT_OFFSET, SPI_RESULT.TRANS_ERR);
      const readable: DmaBuffer[] = [{ addr: block + head, len: SPI_HEAD_BYTES }];
      const writable: DmaBuffer[] = [];
      if (transfer.tx !== undefined && transfer.tx.length > 0) {
        bytes.set(transfer.tx, tx);
        readable.push({ addr: block + tx, len: transfer.tx.length });
      }
      if (transfer.rx !== undefined && transfer.rx.length > 0) {
        writable.push({ addr: block + rx, len: transfer.rx.length });
      }
      writable.push({ addr: block + head + RESULT_OFFSET, len: SPI_RESULT_BYTES });
      return { readable, writable };
    });
    return { chains, block, bytes };
  }

  #complete(transfers: readonly SpiTransfer[], places: readonly Place[], bytes: Uint8Array): void {
    for (let i = 0; i < transfers.length; i++) {
      const { head, rx } = places[i] as Place;
      const errno = spiErrno(bytes[head + RESULT_OFFSET] as number, this.#extendedResult);
      if (errno !== 0) throw new BusFault(errnoName(errno));
      const target = transfers[i]?.rx;
      target?.set(bytes.subarray(rx, rx + target.length));
    }
  }
}

/** What the configuration space says, in the bus's words. */
function capabilitiesOf(config: SpiConfig): SpiCapabilities {
  const lines = (nbits: number, dual: number, quad: number, octal: number) =>
    (nbits & SPI_NBITS.DUAL ? dual : 0) |
    (nbits & SPI_NBITS.QUAD ? quad : 0) |
    (nbits & SPI_NBITS.OCTAL ? octal : 0);
  return {
    chipSelects: config.csMaxNumber,
    modes:
      spiModeFromWire(spiModesOf(config.modeFuncSupported)) |
      lines(config.txNbitsSupported, SPI_MODE.TX_DUAL, SPI_MODE.TX_QUAD, SPI_MODE.TX_OCTAL) |
      lines(config.rxNbitsSupported, SPI_MODE.RX_DUAL, SPI_MODE.RX_QUAD, SPI_MODE.RX_OCTAL),
    bitsPerWordMask: config.bitsPerWordMask,
    maxSpeedHz: config.maxFreqHz,
    maxWordDelayNs: config.maxWordDelayNs,
    maxCsSetupNs: config.maxCsSetupNs,
    maxCsHoldNs: config.maxCsHoldNs,
    maxCsInactiveNs: config.maxCsInactiveNs,
  };
}

function align(length: number): number {
  return (length + 15) & ~15;
}

function timeoutFor(transfers: readonly SpiTransfer[]): number {
  let bytes = 0;
  for (const { tx, rx } of transfers) bytes += tx?.length ?? rx?.length ?? 0;
  return BASE_TIMEOUT_MS + bytes * TIMEOUT_MS_PER_BYTE;
}

export const virtioSpiDriver: VirtioDriver<VirtioSpi> = {
  name: 'spi_virtio',
  compatible: [BUS_KINDS.spi.platform, BUS_KINDS.spi.device],
  deviceId: VIRTIO_ID_SPI,
  probe: (device) => new VirtioSpi(device),
};
