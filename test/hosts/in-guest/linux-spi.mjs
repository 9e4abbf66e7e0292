/**
 * Drives Linux SPI buses through dtbus's adapter, in the guest. Reads steps from stdin, a line each, and prints what came
 * of each:
 *
 *     open PORT...    opens an adapter, and closes the one before
 *     sh COMMAND      runs a command of the shell
 *     0 3 t9f r3      a message: chip select, mode bits in hex, transfers `t9f` (send), `r3` (receive), `x9f00` (both
 *                     ways), `t55*5000` (so many bytes), with fields behind commas: `t9f,csChange=1`
 */
import { execSync } from 'node:child_process';
import { createInterface } from 'node:readline';
import { LinuxSpiAdapter } from '../../../dist/hosts/linux/index.js';

const PLAIN = {
  speedHz: 0,
  bitsPerWord: 0,
  csChange: false,
  txNbits: 0,
  rxNbits: 0,
  wordDelayNs: 0,
  csSetupNs: 0,
  csHoldNs: 0,
  csInactiveNs: 0,
};

function transferOf(text) {
  const [what, ...fields] = text.split(',');
  const [, kind, data, times] = /^([trx])([0-9a-f]*)(?:\*(\d+))?$/.exec(what);
  const tx = kind === 'r' ? undefined : new Uint8Array(Buffer.from(data.repeat(Number(times ?? 1)), 'hex'));
  const rx = kind === 't' ? undefined : new Uint8Array(kind === 'r' ? Number(data) : tx.length);
  const set = fields.map((field) => field.split('=')).map(([name, value]) => [name, Number(value)]);
  const transfer = { ...PLAIN, tx, rx, ...Object.fromEntries(set) };
  return { ...transfer, csChange: Boolean(transfer.csChange) };
}

let adapter;

async function open(ports) {
  await adapter?.close();
  adapter = new LinuxSpiAdapter(ports);
  const fault = adapter.unavailable();
  if (fault !== undefined) console.log(`unavailable ${fault.message}`);
  await adapter.open();
  return `${adapter.capabilities.chipSelects} chip selects`;
}

async function message([chipSelect, mode, ...words]) {
  const transfers = words.map(transferOf);
  await adapter.transfer(Number(chipSelect), Number.parseInt(mode, 16), transfers, AbortSignal.timeout(5000));
  return transfers.flatMap(({ rx }) => (rx === undefined ? [] : Buffer.from(rx).toString('hex'))).join(' ');
}

for await (const line of createInterface({ input: process.stdin })) {
  if (line === '') continue;
  const [verb, ...words] = line.split(' ');
  try {
    if (verb === 'sh') execSync(words.join(' '));
    else
      console.log(
        `spi ${line} -> ${(await (verb === 'open' ? open(words) : message([verb, ...words]))) || 'done'}`,
      );
  } catch (error) {
    console.log(`spi ${line} -> ${error.message}`);
  }
}
await adapter.close();
