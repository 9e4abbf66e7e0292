// Bulk on SPI and I2C through USB adapters, against what the wire alone takes at its clock. The adapter is emulated, with what a
// device has and an emulator has not: its wire takes its time, one command after another, and no USB transfer ends sooner than two
// microframes after it was asked for. The machine's own time counts as it is.
import { checkout, median, report } from './report.mjs';

const load = (path) => import(`${checkout}dist/${path}/index.js`);
const { CHIPS, FtdiAdapter, FtdiEmulator } = await load('hosts/ftdi');
const { Ch341aAdapter, Ch341aEmulator } = await load('hosts/ch341a');
const { EmulatedConnection, EmulatedPort } = await load('src/usb');
const { I2cWire, SpiWire, SteppedClock } = await load('src/sim');

const RUNS = 5;
const TRANSFER_MS = 0.25;
const PART = 0x50;
const I2C_READ = 1;
const SPI_BITS = 8;
const I2C_BITS = 9;

const ADAPTERS = [
  {
    title: 'FT232H',
    emulate: (buses) => new FtdiEmulator(CHIPS.ft232h, buses),
    drive: (open) => new FtdiAdapter('', open, { chip: CHIPS.ft232h, chipSelects: 1 }),
    spiHz: 30_000_000,
  },
  {
    title: 'CH341A',
    emulate: (buses) => new Ch341aEmulator(buses),
    drive: (open) => new Ch341aAdapter('', open),
    // The only one that the chip has.
    spiHz: 2_000_000,
  },
];

/** Parts that take and give what is asked of them, in no time. */
const PARTS = {
  i2c: {
    state: {},
    reset() {},
    addresses: [PART],
    start: () => true,
    write: ({ length }) => length,
    read() {},
    stop() {},
  },
  spi: { state: {}, reset() {}, select() {}, transfer() {}, deselect() {} },
};

/** Calls `work` at that time, to a few µs. */
function at(time, work) {
  const left = time - performance.now();
  if (left <= 0) work();
  else if (left > 3) setTimeout(() => at(time, work), left - 2);
  else setImmediate(() => at(time, work));
}

/** Lets transfers end when the wire has carried what they ask for, by the clock of the parts, and in their order. */
function pace(port, clock) {
  const [submit, cancel] = [port.submit.bind(port), port.cancel.bind(port)];
  const paced = new Map();
  const ends = new Map();
  /** When the device is done with all that it was sent. */
  let free = 0;
  const end = (transfer, time, ended) => {
    const due = Math.max(time, ends.get(transfer.endpoint) ?? 0);
    ends.set(transfer.endpoint, due);
    at(due, ended);
  };
  port.cancel = (transfer) => cancel(paced.get(transfer) ?? transfer);
  port.submit = (transfer) => {
    const [asked, wireBefore] = [performance.now(), clock.now()];
    const begins = Math.max(asked, free);
    const done = (...result) => {
      paced.delete(transfer);
      // Behind what is said below of the time that it takes.
      queueMicrotask(() =>
        end(transfer, Math.max(asked + TRANSFER_MS, free), () => transfer.done(...result)),
      );
    };
    paced.set(transfer, { ...transfer, done });
    submit(paced.get(transfer));
    const wireMs = (clock.now() - wireBefore) / 1e6;
    if (wireMs > 0) free = begins + wireMs;
  };
}

const spiTransfer = (given) => ({
  speedHz: 0,
  bitsPerWord: 8,
  csChange: false,
  txNbits: 1,
  rxNbits: 1,
  wordDelayNs: 0,
  csSetupNs: 0,
  csHoldNs: 0,
  csInactiveNs: 0,
  ...given,
});

/** Kinds of bulk: bits that a byte takes on the wire, and the transfer. */
const BULK = {
  'SPI read': (host, bytes, speedHz) =>
    host.spi.transfer(0, 0, [
      spiTransfer({ tx: Uint8Array.of(3, 0, 0, 0), speedHz }),
      spiTransfer({ rx: bytes, speedHz }),
    ]),
  'SPI write': (host, bytes, speedHz) => host.spi.transfer(0, 0, [spiTransfer({ tx: bytes, speedHz })]),
  'I2C read': (host, bytes) =>
    host.i2c.transfer([
      { addr: PART, flags: 0, buf: Uint8Array.of(0, 0) },
      { addr: PART, flags: I2C_READ, buf: bytes },
    ]),
  'I2C write': (host, bytes) => host.i2c.transfer([{ addr: PART, flags: 0, buf: bytes }]),
};

/** @returns the share of the time that the wire alone takes */
async function share({ emulate, drive }, kind, hz, length) {
  const clock = new SteppedClock();
  const [i2c, spi] = [new I2cWire({ clock }), new SpiWire({ clock })];
  i2c.attach(PARTS.i2c, '/i2c');
  spi.attach(0, PARTS.spi, '/spi');
  const port = new EmulatedPort(emulate({ i2c, spi }));
  pace(port, clock);
  const host = drive(async () => new EmulatedConnection(port));
  await host.open();
  host.i2c.setClockFrequency?.(hz);
  const bulk = (count) => BULK[kind](host, new Uint8Array(count), hz);
  await bulk(1);
  const began = performance.now();
  await bulk(length);
  const took = performance.now() - began;
  await host.close();
  return ((length * (kind.startsWith('SPI') ? SPI_BITS : I2C_BITS)) / hz / took) * 1000;
}

// What an adapter waits for may have a timer that keeps no process.
const stay = setInterval(() => {}, 1000);
for (const adapter of ADAPTERS) {
  const { title, spiHz } = adapter;
  for (const [kind, hz, length] of [
    ['SPI read', spiHz, spiHz >> 5],
    ['SPI write', spiHz, spiHz >> 5],
    ['I2C read', 100_000, 1024],
    ['I2C read', 400_000, 8192],
    ['I2C write', 400_000, 8192],
  ]) {
    const shares = [];
    for (let run = 0; run < RUNS; run++) shares.push(await share(adapter, kind, hz, length));
    const rate = hz < 1e6 ? `${hz / 1e3} kHz` : `${hz / 1e6} MHz`;
    report(
      `${title}, ${kind} of ${length >> 10} KiB at ${rate}: share of the wire`,
      median(shares),
      '',
      'at least 0.90',
    );
  }
}
clearInterval(stay);
