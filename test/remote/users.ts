import type { Duplex } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { SimulatedI2cController, SimulatedSpiController } from '../../hosts/simulated/index.ts';
import { BusFault, type I2cController } from '../../src/bus/index.ts';
import { FrameCutter } from '../../src/remote/frame-cutter.ts';
import {
  type Asked,
  type AskedFrame,
  decodeTold,
  MAGIC,
  type ToldFrame,
  VERSION,
} from '../../src/remote/frames.ts';
import { type LeaseWish, RemoteSession, type Request, WAIT } from '../../src/remote/index.ts';
import { MEMORY, RecordingWire } from '../hosts/recording-wire.ts';
import { encodeFrame, hostOf, pipe, simulatedHost, sourceOf } from './support.ts';

export const WISH: LeaseWish = {
  buses: ['i2c-1'],
  why: 'a test',
  ttlMs: 10_000,
  idleMs: 60_000,
  graceMs: 10_000,
  priority: 0,
  wait: WAIT.NO,
  steal: false,
  restore: false,
};

export const write = (...data: number[]): Request => ({
  kind: 'i2c',
  bus: 0,
  messages: [{ addr: MEMORY, flags: 0, length: data.length, data: Uint8Array.from(data) }],
});
export const READ_TWO: Request = {
  kind: 'i2c',
  bus: 0,
  messages: [
    { addr: MEMORY, flags: 0, length: 1, data: Uint8Array.of(0x10) },
    { addr: MEMORY, flags: 1, length: 2, data: new Uint8Array(0) },
  ],
};

export const HELLO: Asked<'hello'> = {
  kind: 'hello',
  magic: MAGIC,
  version: VERSION,
  session: '0123456789abcdef',
  who: 'eve',
  token: '',
  lease: '',
};

/** A wire whose transfers wait for the test, where it says so. */
export function slowHost() {
  const wire = new RecordingWire();
  const inner = new SimulatedI2cController(wire.i2c);
  const gate = { wait: undefined as Promise<void> | undefined };
  const i2c: I2cController = {
    description: inner.description,
    functionality: inner.functionality,
    transfer: async (messages) => {
      await gate.wait;
      await inner.transfer(messages);
    },
  };
  return { wire, gate, source: sourceOf({ ...simulatedHost({ i2c }), synchronous: false }) };
}

export function simulated() {
  const wire = new RecordingWire();
  const [i2c, spi] = [new SimulatedI2cController(wire.i2c), new SimulatedSpiController(wire.spi, 1)];
  return { wire, ...hostOf(sourceOf(simulatedHost({ i2c, spi }))) };
}

const open: RemoteSession[] = [];
/** Ends the users of a test. */
export async function endUsers(): Promise<void> {
  for (const session of open.splice(0)) await session.close();
}

type Host = ReturnType<typeof simulated>['host'];

/** A user of the host; `streams` are the near and the far ends that it came by, the last one last. */
export function userOf(
  host: Host,
  who: string,
  more: Partial<ConstructorParameters<typeof RemoteSession>[0]> = {},
) {
  const streams: Duplex[] = [];
  const session = new RemoteSession({
    name: 'the bench',
    who,
    open: async () => {
      const [near, far] = pipe();
      streams.push(near);
      host.serve(far);
      return near;
    },
    ...more,
  });
  open.push(session);
  return { session, streams };
}

/** A stranger who speaks frames, or does not. */
export function strangerOf(host: Host, token = '') {
  const [near, far] = pipe();
  host.serve(far, token);
  const heard: ToldFrame[] = [];
  const cutter = new FrameCutter(1 << 20);
  near.on('data', (chunk: Buffer) => {
    for (const frame of cutter.feed(chunk)) heard.push(decodeTold(frame));
  });
  return { near, heard, say: (frame: AskedFrame) => near.write(encodeFrame(frame)) };
}

export const faultOf = async (work: Promise<unknown>): Promise<string | undefined> => {
  try {
    await work;
  } catch (error) {
    if (error instanceof BusFault) return error.message;
    throw error;
  }
  return undefined;
};

export const settled = async (): Promise<void> => {
  for (let n = 0; n < 20; n++) await turn();
};
