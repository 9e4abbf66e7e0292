// Fuzzer of the adapters on serial links, Bus Pirate and serprog, on the compiled package: `npm run build` first.
//
//   node test/fuzz/serial.mjs [COUNT | SECONDSs] [--seed SEED]     COUNT: sessions
//
// An emulated adapter answers, and what it answers is lost, cut, changed, late, doubled, or followed by what nobody asked
// for; it falls silent, vanishes, or was another thing from the start. In virtual time. Whatever it does, every call ends,
// with an answer or a BusFault; a session without a lie has right answers; after `close` the port is free.

import { PLAIN_TRANSFER } from '../support/plain-transfer.mjs';
import { limitOf, within } from './limit.mjs';
import { FuzzError, must, randomFrom } from './random.mjs';
import { settle, timersLeft } from './virtual-time.mjs';

const { BusFault, I2C_M } = await import('../../dist/src/bus/index.js');
const { I2cWire, SpiWire } = await import('../../dist/src/sim/index.js');
const { BusPirateAdapter, BusPirateEmulator, DEFAULT_SETTINGS, V3_FIRMWARE_6_1, V4_FIRMWARE_8_0 } =
  await import('../../dist/hosts/bus-pirate/index.js');
const { SerprogAdapter, SerprogEmulator } = await import('../../dist/hosts/serprog/index.js');

/** What a call may take, in virtual ms: the adapters' own limits, several times over. */
const OPEN_MS = 60_000;
const CALL_MS = 60_000;
const CLOSE_MS = 10_000;
const TRANSFER_LIMIT_MS = 3000;
const FLOOD_BYTES = 1 << 16;
const ADDRESS = 0x48;

/** Reads give 7. */
function wires() {
  const i2c = new I2cWire();
  const part = { addresses: [ADDRESS], state: {}, reset() {}, start: () => true, stop() {} };
  i2c.attach({ ...part, write: ({ length }) => length, read: (into) => into.fill(7) }, '/part');
  const spi = new SpiWire();
  spi.attach(
    0,
    {
      state: {},
      reset() {},
      select() {},
      deselect() {},
      transfer: (_tx, rx, length) => rx?.fill(7, 0, length),
    },
    '/part',
  );
  return { i2c, spi };
}

class Peer {
  lied = false;
  open = false;
  due = [];
  constructor(random, emulator) {
    this.random = random;
    this.emulator = emulator;
    this.rarely = [2, 8, 32, 128, 1e9][random(5)];
    this.silent = false;
  }

  lies(times = 1) {
    const lie = this.random(this.rarely * times) === 0;
    if (lie) this.lied = true;
    return lie;
  }

  noise(most) {
    return Uint8Array.from({ length: 1 + this.random(most) }, () => this.random(256));
  }

  get opener() {
    return async (events) => {
      if (this.lies(8)) throw new BusFault('ENODEV', 'not there');
      this.events = events;
      this.open = true;
      return {
        name: 'the cable',
        write: (bytes) => this.take(bytes.slice()),
        setBaudRate: async () => {
          if (this.lies(8)) throw new BusFault('EIO', 'no such rate');
        },
        close: async () => {
          this.open = false;
          this.events = undefined;
        },
      };
    };
  }

  take(bytes) {
    this.silent ||= this.lies(16);
    if (this.silent) return;
    const heard = this.lies(4) ? bytes.subarray(this.random(bytes.length)) : bytes;
    const answer = this.emulator.feed(heard);
    const { random } = this;
    const changed = this.lies() ? this.spoilt(answer) : answer;
    // Late or not: a line keeps the order.
    this.due.push(changed);
    if (this.due.length > 1) return;
    if (random(4) === 0) setTimeout(() => this.tell(), this.lies(4) ? random(5000) : 1);
    else queueMicrotask(() => this.tell());
  }

  tell() {
    for (const bytes of this.due.splice(0)) {
      for (let at = 0; at < bytes.length; ) {
        const length = 1 + this.random(this.random(2) === 0 ? 4 : 4095);
        this.events?.data(bytes.subarray(at, at + length));
        at += length;
      }
    }
    if (this.lies(16)) this.vanish();
  }

  spoilt(answer) {
    const { random } = this;
    const bytes = [...answer];
    switch (random(6)) {
      case 0:
        return Uint8Array.from(bytes.slice(random(bytes.length + 1)));
      case 1:
        return Uint8Array.from(bytes.slice(0, random(bytes.length + 1)));
      case 2:
        return Uint8Array.from([...bytes, ...this.noise(16)]);
      case 3:
        return random(8) === 0 ? this.noise(FLOOD_BYTES) : this.noise(64);
      case 4:
        return Uint8Array.from([...bytes, ...bytes]);
      default:
        for (let i = 1 + random(3); i > 0; i--) bytes[random(bytes.length || 1)] = random(256);
        return Uint8Array.from(bytes);
    }
  }

  /** What comes between two calls. */
  mischief() {
    if (this.lies(2)) this.events?.data(this.noise(200));
    if (this.lies(16)) this.vanish();
  }

  vanish() {
    this.lied = true;
    this.events?.lost('pulled');
  }
}

const tally = { transfers: 0, answered: 0, failed: 0 };

/** Ends as it should, or with an error that a user understands. @returns whether it was answered */
async function call(work, limitMs, what, peer) {
  try {
    await settle(work(), limitMs, what);
    return true;
  } catch (error) {
    if (!(error instanceof BusFault)) throw error;
    must(peer.lied, `${what} fails with an honest adapter: ${error.message}`);
    return false;
  }
}

async function i2cTransfer(controller, random, peer) {
  const buf = new Uint8Array(1 + random(random(4) === 0 ? 300 : 8));
  const reading = random(2) === 0;
  const read = { addr: ADDRESS, flags: I2C_M.RD, buf };
  const write = { addr: ADDRESS, flags: 0, buf: reading ? new Uint8Array(1) : buf };
  const messages = reading ? [write, read].slice(random(2)) : [write];
  const answered = await call(
    () => aborting(random, (signal) => controller.transfer(messages, signal), peer),
    CALL_MS,
    'an I2C transfer',
    peer,
  );
  if (answered && reading && !peer.lied)
    must(
      buf.every((byte) => byte === 7),
      `read ${buf}`,
    );
  return answered;
}

async function spiTransfer(controller, random, peer) {
  const length = 1 + random(random(4) === 0 ? 300 : 8);
  const rx = new Uint8Array(length);
  const step = { ...PLAIN_TRANSFER, tx: new Uint8Array(length), rx };
  const answered = await call(
    () => aborting(random, (signal) => controller.transfer(0, 0, [step], signal), peer),
    CALL_MS,
    'an SPI transfer',
    peer,
  );
  if (answered && !peer.lied)
    must(
      rx.every((byte) => byte === 7),
      `read ${rx}`,
    );
  return answered;
}

/** Gives up after a time, as the resource manager does, and now and then at once. */
async function aborting(random, transfer, peer) {
  const abort = new AbortController();
  const early = random(30) === 0;
  if (early) peer.lied = true;
  const timer = setTimeout(
    () => abort.abort(new BusFault('ETIMEDOUT')),
    early ? 1 + random(20) : TRANSFER_LIMIT_MS,
  );
  try {
    return await transfer(abort.signal);
  } finally {
    clearTimeout(timer);
  }
}

function adapterOf(random) {
  const emulators = [
    () => new BusPirateEmulator({ ...wires(), traits: random(2) === 0 ? V3_FIRMWARE_6_1 : V4_FIRMWARE_8_0 }),
    () => new SerprogEmulator({ spi: wires().spi, name: 'fuzz' }),
  ];
  const isPirate = random(2) === 0;
  const other = random(16) === 0;
  const peer = new Peer(random, emulators[isPirate === other ? 1 : 0]());
  if (other) peer.lied = true;
  const host = isPirate
    ? new BusPirateAdapter('the cable', DEFAULT_SETTINGS, peer.opener)
    : new SerprogAdapter('the cable', 1, peer.opener);
  return { host, peer };
}

async function session(random) {
  const { host, peer } = adapterOf(random);
  let open = await call(() => host.open(), OPEN_MS, 'open', peer);
  for (let i = random(12); i > 0; i--) {
    if (!open) {
      open = await call(() => host.open(), OPEN_MS, 'open', peer);
      continue;
    }
    peer.mischief();
    const answered =
      host.i2c !== undefined && random(2) === 0
        ? await i2cTransfer(host.i2c, random, peer)
        : await spiTransfer(host.spi, random, peer);
    tally.transfers++;
    tally[answered ? 'answered' : 'failed']++;
    if (!answered && random(4) === 0) {
      await settle(Promise.resolve(host.close()), CLOSE_MS, 'close');
      open = false;
    }
  }
  await settle(Promise.resolve(host.close()), CLOSE_MS, 'close');
  must(!peer.open, 'the port is still open');
}

const limit = limitOf();
const goesOn = within(limit);
let done = 0;
process.on('unhandledRejection', (error) => {
  throw new FuzzError(`serial, session ${done} of seed ${limit.seed}: nobody handles ${error?.stack}`);
});
for (; goesOn(done); done++) {
  const random = randomFrom(limit.seed + 7919 * done);
  for (let i = 0; i < 8; i++) random(2);
  try {
    await session(random);
    // Emulators and late answers have some of their own.
    must(timersLeft() < 1000, `${timersLeft()} timers are left`);
  } catch (error) {
    throw new FuzzError(`serial, session ${done} of seed ${limit.seed}: ${error.stack}`, { cause: error });
  }
}
console.log(
  `serial: ${done} sessions, ${tally.transfers} transfers, ${tally.answered} answered, ${tally.failed} failed: nothing found`,
);
