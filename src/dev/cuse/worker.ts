/** Entry of the thread that serves one CUSE node: it sleeps in the kernel until a program wants something. */
import { parentPort, workerData } from 'node:worker_threads';
import type { I2cAdapter, SpiAdapter } from '../../bus/index.ts';
import { I2cNode } from '../i2c-node.ts';
import type { DevNode } from '../node-registry.ts';
import { SpiNode, type SpiNodeOptions } from '../spi-node.ts';
import { FUSE_READ_BUFFER } from './fuse-wire.ts';
import { MailboxI2c, MailboxSpi } from './mailbox.ts';
import { cuseServerOf } from './node-server.ts';
import { cuseFile, serve } from './serve.ts';

/** What the thread is started with. */
export interface CuseWorkerData {
  /** Name below `/dev`. */
  readonly name: string;
  /** The open `/dev/cuse`. */
  readonly fd: number;
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

function nodeOf({ shared, node }: CuseWorkerData): DevNode {
  const ring = () => tell('transfer');
  if (node.kind === 'spi')
    return new SpiNode(new MailboxSpi(node.adapter, shared, ring), node.chipSelect, node.options);
  return new I2cNode(new MailboxI2c(node.adapter, shared, ring), {
    isBound: (addr) => node.bound.includes(addr),
  });
}

const data = workerData as CuseWorkerData;
const ended = new Int32Array(data.control);
serve(
  cuseFile(data.fd),
  cuseServerOf(nodeOf(data), data.name),
  new Uint8Array(FUSE_READ_BUFFER),
  () => tell('ready'),
  () => Atomics.load(ended, 0) === 1,
);
