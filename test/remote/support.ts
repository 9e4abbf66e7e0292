import { Duplex, PassThrough } from 'node:stream';
import { Client, ResourceManager } from '../../src/backend/index.ts';
import type { HostAdapter, I2cController, SpiController } from '../../src/bus/index.ts';
import { FrameWriter } from '../../src/remote/fields.ts';
import { type AskedFrame, putFrame, type ToldFrame } from '../../src/remote/frames.ts';
import { ShareHost, type ShareHostOptions, type ShareSource } from '../../src/remote/index.ts';

/** The bytes of one frame. */
export function encodeFrame(frame: AskedFrame | ToldFrame): Buffer {
  const writer = new FrameWriter();
  putFrame(writer, frame);
  return writer.finish();
}

/** The controllers of a host, shared as `dtbus share` shares those of a board. */
export function sourceOf(host: HostAdapter): ShareSource {
  const manager = new ResourceManager();
  const i2c = host.i2c && manager.addI2cBus('/i2c', host, host.i2c, { timeoutMs: 20_000 });
  const spi = host.spi && manager.addSpiBus('/spi', host, host.spi, { timeoutMs: 20_000 });
  manager.openSynchronous();
  const common = { number: 1, host: 'under test', startupMs: 0 };
  return {
    name: 'a bench',
    run: 'v4-of-a-test',
    buses: [
      ...(i2c
        ? [{ ...common, name: 'i2c-1', path: '/i2c', i2c: { functionality: i2c.controller.functionality } }]
        : []),
      ...(spi ? [{ ...common, name: 'spi-1', path: '/spi', spi: spi.controller.capabilities }] : []),
    ],
    open: (who) => {
      const client = new Client(who);
      return {
        i2c: (_, messages, admit) => manager.transferI2c(client, i2c as never, messages, { admit }),
        spi: (_, chipSelect, mode, transfers, continues, admit) =>
          manager.transferSpi(client, spi as never, chipSelect, mode, transfers, continues, undefined, admit),
        deselect: (_, admit) => manager.deselect(client, spi as never, admit),
        line: () => {
          throw new Error('no lines here');
        },
        drop: () => manager.drop(client),
        restore: () => {},
      };
    },
    trace: () => {
      throw new Error('no traces here');
    },
  };
}

/** A host of controllers that never wait. */
export function simulatedHost(buses: {
  readonly i2c?: I2cController;
  readonly spi?: SpiController;
}): HostAdapter {
  return { description: 'simulated', synchronous: true, ...buses, open() {}, close() {} };
}

/** Two ends of one stream in this process. */
export function pipe(): readonly [Duplex, Duplex] {
  const [a, b] = [new PassThrough(), new PassThrough()];
  const end = (readable: PassThrough, writable: PassThrough) => {
    const stream = Duplex.from({ readable, writable });
    stream.on('error', () => {});
    return stream;
  };
  return [end(a, b), end(b, a)];
}

/** A host in this process, and what it said. */
export function hostOf(source: ShareSource, options: Partial<ShareHostOptions> = {}) {
  const said: string[] = [];
  let fence = 1000;
  const host = new ShareHost(source, {
    nextFence: () => ++fence,
    log: (sentence) => said.push(sentence),
    ...options,
  });
  return { host, said };
}
