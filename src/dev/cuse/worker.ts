/** Entry of the thread that serves one CUSE node: it sleeps in the kernel until a program wants something. */
import { constants, openSync, readSync, writeSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import type { I2cAdapter, SpiAdapter } from '../../bus/index.ts';
import { I2cNode } from '../i2c-node.ts';
import { SpiNode, type SpiNodeOptions } from '../spi-node.ts';
import { FUSE_READ_BUFFER } from './fuse-wire.ts';
import { MailboxI2c, MailboxSpi } from './mailbox.ts';
import { serve } from './serve.ts';
import { CuseServer, i2cDevice, spiDevice } from './server.ts';

/** What the thread is started with. */
export interface CuseWorkerData {
  /** Name below `/dev`. */
  readonly name: string;
  readonly shared: SharedArrayBuffer;
  /** Word 0 is 1 once the thread is to end. */
  readonly control: SharedArrayBuffer;
  readonly node:
    | {
        readonly kind: 'i2c';
        readonly adapter: Pick<I2cAdapter, 'number' | 'name' | 'functionality'>;
        readonly bound: readonly number[];
      }
    | {
        readonly kind: 'spi';
        readonly adapter: Pick<SpiAdapter, 'number' | 'name' | 'capabilities'>;
        readonly chipSelect: number;
        readonly options: SpiNodeOptions;
      };
}

export type CuseWorkerMessage = 'ready' | 'transfer';

const tell = (message: CuseWorkerMessage) => parentPort?.postMessage(message);

/** spidev's limits on the machine that runs this (`bufsiz`, `ARCH_DMA_MINALIGN`). */
const SPI_LIMITS = { bufsiz: 4096, dmaAlign: process.arch.startsWith('arm') ? 64 : 8 };

function makeServer({ name, shared, node }: CuseWorkerData): CuseServer<unknown> {
  const ring = () => tell('transfer');
  if (node.kind === 'i2c') {
    const isBound = (addr: number) => node.bound.includes(addr);
    const i2c = new I2cNode(new MailboxI2c(node.adapter, shared, ring), { isBound });
    return new CuseServer(
      name,
      i2cDevice(() => i2c.open()),
    ) as CuseServer<unknown>;
  }
  const spi = new SpiNode(new MailboxSpi(node.adapter, shared, ring), node.chipSelect, node.options);
  return new CuseServer(
    name,
    spiDevice(() => spi.open(SPI_LIMITS)),
  ) as CuseServer<unknown>;
}

const data = workerData as CuseWorkerData;
const ended = new Int32Array(data.control);
const fd = openSync('/dev/cuse', constants.O_RDWR);
serve(
  { read: (into) => readSync(fd, into), write: (reply) => writeSync(fd, reply) },
  makeServer(data),
  new Uint8Array(FUSE_READ_BUFFER),
  () => tell('ready'),
  () => Atomics.load(ended, 0) === 1,
);
