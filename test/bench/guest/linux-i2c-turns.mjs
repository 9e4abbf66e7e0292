// In a guest: the same transaction through dtbus's adapter of a Linux I2C bus and by the program in C, in turn.
// `node linux-i2c-turns.mjs CHECKOUT PROGRAM TURNS COUNT`
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

const [checkout, program, turns, count] = process.argv.slice(2);
const { LinuxI2cAdapter } = await import(`${checkout}dist/hosts/linux/index.js`);
const buses = '/sys/bus/i2c/devices';
const bus = readdirSync(buses).find(
  (name) => name.startsWith('i2c-') && readFileSync(`${buses}/${name}/name`, 'utf8').startsWith('i2c'),
);
const adapter = new LinuxI2cAdapter(`/dev/${bus}`);
await adapter.open();
const messages = [
  { addr: 0x48, flags: 0, buf: Uint8Array.of(3) },
  { addr: 0x48, flags: 1, buf: new Uint8Array(2) },
];
const signal = new AbortController().signal;

async function ours() {
  const taken = [];
  for (let i = 0; i < Number(count); i++) {
    const from = process.hrtime.bigint();
    await adapter.transfer(messages, signal);
    taken.push(Number(process.hrtime.bigint() - from));
  }
  return taken.sort((a, b) => a - b)[taken.length >> 1];
}

await ours();
for (let turn = 0; turn < Number(turns); turn++)
  console.log(
    `turn ${await ours()} ${execFileSync(program, [`/dev/${bus}`, count], { encoding: 'utf8' }).trim()}`,
  );
await adapter.close();
