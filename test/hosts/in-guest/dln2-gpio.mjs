/**
 * Drives the GPIO chip that Linux makes of an emulated DLN-2, in the guest: `node dln2-gpio.mjs`. Pin 10 is wired to pin 11.
 * Prints what came of each step.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { LinuxGpioAdapter } from '../../../dist/hosts/linux/index.js';

const chip = new LinuxGpioAdapter('dln2');
chip.open();
console.log('pulled up', chip.get(12));
const edges = [];
chip.onEdge = ({ line, high }) => edges.push(`${line}${high ? '+' : '-'}`);
chip.drive(10, false);
chip.watch(11, true);
for (const high of [true, false]) {
  chip.drive(10, high);
  console.log('driven', high, 'seen', chip.get(11));
  // The driver takes events in a thread of the kernel's.
  await sleep(50);
}
console.log('edges', edges.join(' '));
try {
  chip.get(0);
} catch (error) {
  console.log('taken', error.code ?? error.message);
}
chip.close();
