import {
  BusFault,
  makeRoom,
  SPI_MODE,
  type SpiAdapter,
  type SpiCapabilities,
  type SpiTransfer,
  spiModeFromWire,
  spiModeToWire,
} from '../bus/index.ts';
import {
  type DmaBuffer,
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
import { aligned, BusRequests, copyIn, copyOut } from './bus-requests.ts';
import { DEVICE_KINDS } from './device-nodes.ts';
import type { RequestChain } from './request-queue.ts';
import type { BoundDriver, VirtioDriver } from './virtio-bus.ts';
import type { VirtioDeviceHandle } from './virtio-device.ts';

/** A transfer's block: head and result, then tx, then rx. */
const HEAD_BYTES = 48;
const RESULT_OFFSET = SPI_HEAD_BYTES;

/** The FE driver of a virtio SPI controller: device 45 (virtio 1.4, 5.21). */
export class VirtioSpiDriver implements SpiAdapter, BoundDriver {
  readonly number: number;
  readonly name: string;
  readonly #device: VirtioDeviceHandle;
  readonly #requests: BusRequests;
  #capabilities: SpiCapabilities;

  constructor(device: VirtioDeviceHandle) {
    this.#device = device;
    this.number = device.number;
    this.name = `spi_virtio at virtio bus ${device.name.replace('virtio', '')}`;
    this.#requests = new BusRequests(device);
    this.#capabilities = this.#readCapabilities();
  }

  get capabilities(): SpiCapabilities {
    return this.#capabilities;
  }

  transferSync(
    chipSelect: number,
    mode: number,
    transfers: readonly SpiTransfer[],
    timeoutMs = this.#requests.timeoutFor(bytesOf(transfers)),
  ): void {
    if (transfers.length === 0) return;
    const size = blockSize(transfers);
    const block = this.#requests.alloc(size);
    const chains = this.#layOut(chipSelect, mode, transfers, block, size);
    this.#requests.runSync(chains, block, timeoutMs, () => this.#complete(transfers, block, size));
  }

  async transfer(
    chipSelect: number,
    mode: number,
    transfers: readonly SpiTransfer[],
    timeoutMs = this.#requests.timeoutFor(bytesOf(transfers)),
  ): Promise<void> {
    if (transfers.length === 0) return;
    const size = blockSize(transfers);
    const block = this.#requests.alloc(size);
    const chains = this.#layOut(chipSelect, mode, transfers, block, size);
    await this.#requests.run(chains, block, timeoutMs, () => this.#complete(transfers, block, size));
  }

  get pending(): number {
    return this.#requests.pending;
  }

  remove(reason: string): void {
    this.#requests.remove(reason);
  }

  freeze(): void {
    this.#requests.freeze();
  }

  restore(): void {
    this.#requests.restore();
    this.#capabilities = this.#readCapabilities();
  }

  #readCapabilities(): SpiCapabilities {
    const bytes = this.#device.transport.readConfig(0, SPI_CONFIG_BYTES);
    return capabilitiesOf(readSpiConfig(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)));
  }

  /** Lays the transfers out in their block: head, result, tx, rx, for each. */
  #layOut(
    chipSelect: number,
    mode: number,
    transfers: readonly SpiTransfer[],
    block: number,
    size: number,
  ): RequestChain[] {
    const { bytes, view, guestAddress } = this.#requests.regionOf(block, size);
    const wireMode = spiModeToWire(mode);
    const last = transfers.length - 1;
    let next = block;
    return transfers.map((transfer, index) => {
      const { tx, rx } = transfer;
      const head = next;
      const txAt = head + HEAD_BYTES;
      const rxAt = txAt + aligned(tx?.length ?? 0);
      next = rxAt + aligned(rx?.length ?? 0);
      const at = head - guestAddress;
      // On the wire 1 always means "deselect after this one". The last transfer of a message therefore has
      // the opposite of Linux's meaning, in which csChange on the last one keeps the chip selected.
      const deselectAfter = index === last ? !transfer.csChange : transfer.csChange;
      writeSpiHead(view, at, {
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
      // A request that the device never looks at has failed.
      bytes[at + RESULT_OFFSET] = SPI_RESULT.TRANS_ERR;
      const readable: DmaBuffer[] = [{ addr: head, len: SPI_HEAD_BYTES }];
      const writable: DmaBuffer[] = [];
      if (tx !== undefined && tx.length > 0) {
        copyIn(tx, bytes, txAt - guestAddress);
        readable.push({ addr: txAt, len: tx.length });
      }
      if (rx !== undefined && rx.length > 0) {
        makeRoom(bytes, rxAt - guestAddress, rx.length);
        writable.push({ addr: rxAt, len: rx.length });
      }
      writable.push({ addr: head + RESULT_OFFSET, len: SPI_RESULT_BYTES });
      return { readable, writable };
    });
  }

  /** Fetches what was read; the first failure is the message's. */
  #complete(transfers: readonly SpiTransfer[], block: number, size: number): void {
    const { bytes, guestAddress } = this.#requests.regionOf(block, size);
    let at = block - guestAddress;
    for (let i = 0; i < transfers.length; i++) {
      const { tx, rx } = transfers[i] as SpiTransfer;
      const errno = spiErrno(bytes[at + RESULT_OFFSET] as number, this.#requests.errnoNegotiated);
      if (errno !== 0) throw this.#requests.fault(errno);
      at += HEAD_BYTES + aligned(tx?.length ?? 0);
      if (rx === undefined) continue;
      copyOut(bytes, at, rx);
      at += aligned(rx.length);
    }
  }
}

/** Bytes of the block that the transfers are laid out in. @throws {BusFault} `EINVAL` */
function blockSize(transfers: readonly SpiTransfer[]): number {
  let size = 0;
  for (let i = 0; i < transfers.length; i++) {
    const { tx, rx } = transfers[i] as SpiTransfer;
    if (tx !== undefined && rx !== undefined && tx.length !== rx.length) {
      throw new BusFault(
        'EINVAL',
        `tx has ${tx.length} bytes and rx ${rx.length}: both ways are clocked at once`,
      );
    }
    size += HEAD_BYTES + aligned(tx?.length ?? 0) + aligned(rx?.length ?? 0);
  }
  return size;
}

/** What goes over the wire. */
function bytesOf(transfers: readonly SpiTransfer[]): number {
  let bytes = 0;
  for (let i = 0; i < transfers.length; i++) {
    const { tx, rx } = transfers[i] as SpiTransfer;
    bytes += tx?.length ?? rx?.length ?? 0;
  }
  return bytes;
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

export const spiDriver: VirtioDriver<VirtioSpiDriver> = {
  name: 'spi_virtio',
  compatible: [DEVICE_KINDS.spi.platform, DEVICE_KINDS.spi.device],
  deviceId: VIRTIO_ID_SPI,
  probe: (device) => new VirtioSpiDriver(device),
};
