/**
 * Drives a Linux I2C bus through dtbus's adapter, in the guest: `node linux-i2c.mjs PORT`. Reads steps from stdin, a line
 * each: messages `w50:00,01` or `r50:4` (`t` before the address: ten-bit; `c`: RECV_LEN), and prints what came of each.
 */
import { createInterface } from 'node:readline';
import { LinuxI2cAdapter } from '../../../dist/hosts/linux/index.js';

const RD = 0x1;
const TEN = 0x10;
const RECV_LEN = 0x400;

function message(text) {
  const [, direction, ten, address, rest] = /^([wrc])(t?)([0-9a-f]+):(.*)$/.exec(text);
  const flags = (direction === 'w' ? 0 : RD) | (direction === 'c' ? RECV_LEN : 0) | (ten ? TEN : 0);
  const data =
    direction === 'w'
      ? rest
          .split(',')
          .filter(Boolean)
          .map((byte) => Number.parseInt(byte, 16))
      : Number(rest);
  return { addr: Number.parseInt(address, 16), flags, buf: new Uint8Array(data) };
}

const adapter = new LinuxI2cAdapter(process.argv[2]);
try {
  const fault = adapter.unavailable();
  if (fault !== undefined) console.log(`unavailable ${fault.message}`);
  await adapter.open();
  console.log(`functionality ${adapter.functionality.toString(16)}`);
  for await (const line of createInterface({ input: process.stdin })) {
    const [, times, step] = /^(?:(\d+)\*)?(.+)$/.exec(line);
    const messages = Array.from({ length: Number(times ?? 1) }, () => step.split(' ').map(message)).flat();
    try {
      await adapter.transfer(messages, AbortSignal.timeout(5000));
      const read = messages
        .filter(({ flags }) => flags & RD)
        .map(({ buf }) => Buffer.from(buf).toString('hex'));
      console.log(`${line} -> ${read.slice(0, 2).join(' ') || 'done'}`);
    } catch (error) {
      console.log(`${line} -> ${error.message}`);
    }
  }
  await adapter.close();
} catch (error) {
  console.log(`failed ${error.message}`);
}
