/**
 * Drives an adapter that is plugged into this machine through the npm package `usb`: `node drive.mjs FOLDER COMPATIBLE`.
 * Prints what came of each step; the parts are those of `emulators.mjs`.
 */
const [folder, compatible] = process.argv.slice(2);
const { createAdapter } = await import(`../../../dist/hosts/${folder}/index.js`);

const node = {
  path: '/adapter',
  name: 'adapter',
  compatible: [compatible],
  children: [],
  has: () => false,
  string: () => undefined,
  strings: () => undefined,
  u32: () => undefined,
  u32s: () => undefined,
  bytes: () => undefined,
};
const RD = 1;
const deadline = (ms) => AbortSignal.timeout(ms);
const hex = (bytes) => Buffer.from(bytes).toString('hex');

async function i2c(bus, ...messages) {
  const all = messages.map(([addr, data]) => ({
    addr,
    flags: typeof data === 'number' ? RD : 0,
    buf: typeof data === 'number' ? new Uint8Array(data) : Uint8Array.from(data),
  }));
  await bus.transfer(all, deadline(5000));
  return hex(all.at(-1).buf);
}

function median(values) {
  return values.sort((a, b) => a - b)[values.length >> 1];
}

async function step(name, run) {
  try {
    console.log(name, await run());
  } catch (error) {
    console.log(name, error.message);
  }
}

async function exercise({ i2c: bus, spi }) {
  if (bus !== undefined) {
    await step('temperature', () => i2c(bus, [0x48, [3]], [0x48, 2]));
    await step('written', () => i2c(bus, [0x50, [4, 0x99, 0x11]]));
    await new Promise((resolve) => setTimeout(resolve, 20));
    await step('eeprom', () => i2c(bus, [0x50, [4]], [0x50, 4]));
    await step('long', async () => (await i2c(bus, [0x50, [0]], [0x50, 200])).length / 2);
    await step('absent', () => i2c(bus, [0x21, 1]));
    await step('late', () =>
      bus.transfer([{ addr: 0x50, flags: RD, buf: new Uint8Array(1) }], AbortSignal.abort()),
    );
    const times = [];
    for (let i = 0; i < 50; i++) {
      const from = performance.now();
      await i2c(bus, [0x48, [3]], [0x48, 2]);
      times.push(performance.now() - from);
    }
    console.log(`median ${median(times).toFixed(2)} ms for a write of 1 and a read of 2 bytes`);
  }
  if (spi !== undefined) {
    const transfer = { speedHz: 0, bitsPerWord: 8, csChange: false, txNbits: 1, rxNbits: 1 };
    const delays = { wordDelayNs: 0, csSetupNs: 0, csHoldNs: 0, csInactiveNs: 0 };
    const read = async (tx, length) => {
      const rx = new Uint8Array(length);
      const out = { ...transfer, ...delays, tx: Uint8Array.from(tx) };
      await spi.transfer(0, 0, [out, { ...transfer, ...delays, rx }], deadline(20_000));
      return rx;
    };
    await step('flash', async () => hex(await read([0x9f], 3)));
    const from = performance.now();
    await step('array', async () => (await read([3, 0, 0, 0], 65_536)).length);
    console.log(`64 KiB of flash in ${Math.round(performance.now() - from)} ms`);
  }
}

const adapter = createAdapter(node);
try {
  await adapter.open();
  console.log(`open ${adapter.description}`);
  await exercise(adapter);
  await adapter.close();
  console.log('closed');
} catch (error) {
  console.log(`failed ${error.message}`);
}
