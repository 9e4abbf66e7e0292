/**
 * Emulated USB adapters behind the recording wire, plugged into this machine one after the other: a child of `controllers.mjs`,
 * `node plugged.mjs WIRE`, where WIRE is `recording-wire.ts` as JavaScript. A process of its own, since who drives a device by libusb
 * waits for it without serving it.
 */
import { EmulatedPort, plugIntoMachine } from '../../../dist/src/usb/index.js';

const { RecordingWire } = await import(process.argv[2]);

let wire;
let port;
let session;

const CALLS = {
  plug: async ({ folder, emulate = [] }) => {
    const { makeEmulator } = await import(`../../../dist/hosts/${folder}/index.js`);
    wire = new RecordingWire();
    port = new EmulatedPort(makeEmulator({ i2c: wire.i2c, spi: wire.spi }, ...emulate));
    session = plugIntoMachine(port);
  },
  unplug: () => {
    port.unplug();
    port.resume();
    session.close();
  },
  replug: () => {
    port.plug();
    session = plugIntoMachine(port);
  },
  /** From the next event on the wire the device is silent until it is told what becomes of it. */
  arm: () =>
    wire.atNextEvent(() => {
      port.hang();
      process.send({ struck: true });
    }),
  resume: () => port.resume(),
  remember: ({ memory }) => wire.memory.set(Buffer.from(memory, 'base64')),
  drain: () => {
    const { log, memory } = wire;
    wire.log = [];
    return { log, memory: Buffer.from(memory).toString('base64') };
  },
};

process.on('message', async ({ id, call, ...request }) => {
  try {
    process.send({ id, result: (await CALLS[call](request)) ?? null });
  } catch (error) {
    process.send({ id, error: String(error) });
  }
});
process.on('disconnect', () => process.exit());
process.send({ ready: true });
