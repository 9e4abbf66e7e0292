/**
 * Drives the first GPIO chip of this machine through the kernel: `node gpio-chip.mjs`. Line 1 is wired to line 2; prints what
 * line 2 reads while line 1 is driven low, high, and let go, and whether a lone input is high.
 */
import { LinuxGpioAdapter } from '../../../dist/hosts/linux/index.js';

const chip = new LinuxGpioAdapter('gpiochip0');
await chip.open();
const levels = [];
chip.input(2);
for (const level of [false, true, false]) {
  chip.drive(1, level);
  levels.push(chip.get(2));
}
chip.release(1);
levels.push(chip.get(2), chip.get(0));
console.log(`pins ${levels.join(' ')}`);
chip.close();
