/**
 * Writes down what the real onoff does: `node record-onoff.js FOLDER OUT`, bundled, as root, where the kernel has
 * gpio-sim and GPIO in sysfs (a guest: see test/guest), with configfs mounted. FOLDER has onoff 6.0.3 installed and
 * built. Numbers of lines are told from the first of the simulated controller.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { callOnoff } from './onoff-calls.ts';

const [folder = '.', out = '.'] = process.argv.slice(2);
const SIMULATION = '/sys/kernel/config/gpio-sim/recorded';
const CLASS = '/sys/class/gpio';
const LINES = 8;

const read = (path: string) => readFileSync(path, 'utf8').trim();

mkdirSync(`${SIMULATION}/bank`, { recursive: true });
writeFileSync(`${SIMULATION}/bank/num_lines`, String(LINES));
writeFileSync(`${SIMULATION}/live`, '1');
const device = `/sys/devices/platform/${read(`${SIMULATION}/dev_name`)}`;
const chip = `${device}/${read(`${SIMULATION}/bank/chip_name`)}`;
const classed = readdirSync(CLASS).find(
  (name) => /^gpiochip/.test(name) && Number(read(`${CLASS}/${name}/ngpio`)) === LINES,
);
const base = Number(read(`${CLASS}/${classed}/base`));

const { entries } = await callOnoff(createRequire(`${folder}/`)('onoff'), {
  base,
  drive: (line, high) => writeFileSync(`${chip}/sim_gpio${line}/pull`, high ? 'pull-up' : 'pull-down'),
});
const fromBase = (text: string) => text.replace(/gpio(\d+)(?=\/)/g, (_, number) => `gpio${number - base}`);
writeFileSync(`${out}/onoff.jsonl`, entries.map((entry) => `${fromBase(JSON.stringify(entry))}\n`).join(''));
