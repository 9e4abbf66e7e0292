import type { DevNode } from '../node-registry.ts';
import { CuseServer, i2cCharacterDevice, spiCharacterDevice } from './server.ts';

/** spidev's limits on the machine that runs this (`bufsiz`, `ARCH_DMA_MINALIGN`). */
const SPI_LIMITS = { bufsiz: 4096, dmaAlign: process.arch.startsWith('arm') ? 64 : 8 };

/** The server of a board's node under a name below `/dev`. */
export function cuseServerOf(node: DevNode, name: string): CuseServer<unknown> {
  const server =
    node.kind === 'i2c'
      ? new CuseServer(
          name,
          i2cCharacterDevice(() => node.open()),
        )
      : new CuseServer(
          name,
          spiCharacterDevice(() => node.open(SPI_LIMITS)),
        );
  return server as CuseServer<unknown>;
}
