/**
 * Drives a simulated GPIO chip of Linux's (gpio-sim) through dtbus's adapter and through a board, in the guest:
 * `node linux-gpio.mjs SIM BOARD`, where SIM is the folder of its lines in /sys. Prints what came of each step as JSON.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { LinuxGpioAdapter } from '../../../dist/hosts/linux/index.js';
import { openBoard } from '../../../dist/src/board/index.js';

const [sim, board, chip] = process.argv.slice(2);
const pull = (line, way) => writeFileSync(`${sim}/sim_gpio${line}/pull`, `pull-${way}`);
const wire = (line) => Number(readFileSync(`${sim}/sim_gpio${line}/value`, 'latin1'));
const say = (step, result) => console.log(`${step} -> ${JSON.stringify(result)}`);
/** What a step gives, or the fault that it throws. */
async function step(name, run) {
  try {
    say(name, (await run()) ?? 'done');
  } catch (error) {
    say(name, error.message);
  }
}

const adapter = new LinuxGpioAdapter(chip);
await step('unavailable', () => adapter.unavailable()?.message);
await step('open', () => adapter.open());
await step('pulled', () => {
  pull(0, 'up');
  const up = adapter.get(0);
  pull(0, 'down');
  return [up, adapter.get(0)];
});
await step('driven', () => {
  const seen = [];
  for (const high of [true, false, true]) {
    adapter.drive(2, high);
    seen.push(wire(2));
  }
  return [...seen, adapter.get(2)];
});
await step('released', () => {
  pull(2, 'down');
  const before = wire(2);
  adapter.release(2);
  return [before, wire(2), adapter.get(2)];
});
await step('hogged', () => adapter.get(3));
await step('beyond', () => adapter.get(8));
await step('edges', async () => {
  const edges = [];
  adapter.onEdge = ({ line, high, atNs }) => edges.push([line, high, atNs]);
  adapter.watch(0, true);
  const from = process.hrtime.bigint();
  // The chip's interrupts come with a tick of the machine.
  for (const way of ['up', 'down', 'up']) {
    pull(0, way);
    await sleep(50);
  }
  const to = process.hrtime.bigint();
  adapter.watch(0, false);
  pull(0, 'down');
  await sleep(50);
  return edges.map(([line, high, atNs]) => [line, high, atNs > from && atNs < to]);
});
await step('closed', () => {
  adapter.drive(2, true);
  adapter.close();
  return adapter.get(0);
});

const set = new LinuxGpioAdapter('bank', {
  lines: ['BUTTON', '4', '5'],
  settings: new Map([
    ['BUTTON', { flags: 1 << 8, debounceUs: 30_000 }],
    ['4', { flags: 1 << 1 }],
    ['5', { flags: 1 << 9 }],
  ]),
});
await step('biased', () => {
  set.open();
  return [set.get(0), wire(1), set.get(2), wire(5)];
});
await step('active low', () => {
  set.drive(1, true);
  const low = wire(4);
  set.drive(1, false);
  return [low, wire(4)];
});
await step('debounced', async () => {
  const edges = [];
  set.onEdge = ({ line, high }) => edges.push([line, high]);
  set.watch(0, true);
  for (const way of ['down', 'up', 'down', 'up', 'down']) pull(1, way);
  await sleep(200);
  return edges;
});
set.close();
await step('not there', () => new LinuxGpioAdapter('/dev/gpiochip77').open());
await step('no label', () => new LinuxGpioAdapter('nothing').open());
await step('no line', () => new LinuxGpioAdapter('bank', { lines: ['RESET'] }).open());

const warnings = [];
const desk = await openBoard(board, { onWarning: (sentence) => warnings.push(sentence) });
try {
  const gpio = await desk.gpio();
  await step('board names', () => gpio.names);
  await step('board reads', () => {
    pull(0, 'up');
    const up = gpio.get(1);
    pull(0, 'down');
    return [up, gpio.get(1)];
  });
  await step('board drives', () => {
    gpio.set(2, true);
    gpio.setDirection(2, 'out');
    const high = wire(2);
    gpio.set(2, false);
    return [high, wire(2)];
  });
  await step('board waits', async () => {
    gpio.setDirection(0, 'in');
    const pressed = gpio.waitEdge(0, 'falling', 3000);
    await sleep(20);
    pull(1, 'down');
    const fell = await pressed;
    return [fell, await gpio.waitEdge(0, 'rising', 200), gpio.get(0)];
  });
  await step('board held', () => gpio.get(3));
} finally {
  await desk.close();
}
say('warnings', warnings);
await step('let go', () => wire(2));
