import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RemoteAdapter } from '../../hosts/remote/index.ts';
import type { HostAdapter } from '../../src/bus/index.ts';
import { remoteAddress } from '../../src/remote/index.ts';
import type { ControllerBench } from '../hosts/controller-suite.ts';
import { hostOf, sourceOf } from './support.ts';

/**
 * The controllers of a bench as another process sees them: over a Unix socket, with a lease of each bus.
 * @param way the socket, and how it is reached
 */
export async function remoteBench(
  far: ControllerBench,
  way?: { readonly socket: string; readonly place: string },
): Promise<ControllerBench> {
  const { i2c, spi, wire, adapter } = far;
  const host: HostAdapter = {
    description: 'far',
    synchronous: false,
    ...(i2c && { i2c }),
    ...(spi && { spi }),
    open() {},
    close() {},
  };
  const folder = mkdtempSync(join(tmpdir(), 'dtbus-remote-'));
  const path = way?.socket ?? join(folder, 'bench.sock');
  const place = way?.place ?? `remote:${path}`;
  const { host: share } = hostOf(sourceOf(host));
  const server = createServer((stream) => share.serve(stream));
  await new Promise<void>((resolve) => server.listen(path, resolve));
  const near = (bus: string) => {
    const address = { ...remoteAddress(place), bus };
    return new RemoteAdapter({ address, chipSelects: 1 });
  };
  const ends = [i2c && near('i2c-1'), spi && near('spi-1')].filter((end) => end !== undefined);
  for (const end of ends) await end.open();
  return {
    ...Object.assign({}, ...ends.map(({ i2c, spi }) => ({ ...(i2c && { i2c }), ...(spi && { spi }) }))),
    ...(wire && { wire }),
    ...(adapter && { adapter }),
    close: async () => {
      for (const end of ends) await end.close();
      share.close();
      server.close();
      rmSync(folder, { recursive: true });
      await far.close();
    },
  };
}
