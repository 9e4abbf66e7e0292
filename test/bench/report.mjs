import { spawnSync } from 'node:child_process';
import { appendFileSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath, pathToFileURL } from 'node:url';

const here = fileURLToPath(new URL('../../', import.meta.url));

/** The folder of the build that is measured, with a slash: this checkout, or the one that `--against` names. */
export const checkout = process.env.DTBUS_BENCH_CHECKOUT ?? here;

/** The same of the build that it is compared with, for what is measured of both in one run; undefined: there is none. */
export const compared = process.env.DTBUS_BENCH_COMPARED;

/** Loads what a user of a build gets by `dtbus` and the rest of this name: '.', './virtio'. */
export function load(door, folder = checkout) {
  const { exports } = JSON.parse(readFileSync(`${folder}package.json`, 'utf8'));
  return import(pathToFileURL(folder + (exports[door].default ?? exports[door])));
}

/** Median of numbers. */
export function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[sorted.length >> 1];
}

/** Runs `measure` so many times and gives the median of what it gives. */
export function medianOf(runs, measure) {
  return median(Array.from({ length: runs }, measure));
}

/**
 * The command in front of a guest's that keeps it on one processor: its processes wake each other at each switch between two threads
 * of a program in it, which takes a millisecond where they lie on two.
 */
export function pinning() {
  const command = ['taskset', '-c', String(availableParallelism() - 1)];
  if (process.env.DTBUS_BENCH_PINNED === '0') return [];
  if (spawnSync(command[0], [...command.slice(1), 'true']).status === 0) return command;
  console.log('without taskset: the guest runs on all processors');
  return [];
}

/** CPU time of this process and its threads, in µs. */
export function cpuTime() {
  const { user, system } = process.cpuUsage();
  return user + system;
}

/** What a pair of builds is compared by: a line of JSON in the file that DTBUS_BENCH_ROWS names. */
export function record(what, value, unit, aim = '') {
  const file = process.env.DTBUS_BENCH_ROWS;
  if (file !== undefined) appendFileSync(file, `${JSON.stringify({ what, value, unit, aim })}\n`);
}

/** One line of a report: what, how much, and what we hold ourselves to. `cpu`: the CPU time of it, in the same unit. */
export function report(what, value, unit, aim = '', cpu = undefined) {
  const number = (amount) => amount.toFixed(Math.abs(amount) < 10 ? 2 : 1);
  const used = cpu === undefined ? '' : `(${number(cpu)} CPU)`;
  console.log(`${what.padEnd(62)} ${number(value).padStart(9)} ${unit.padEnd(9)} ${aim} ${used}`.trimEnd());
  record(what, value, unit, aim);
  if (cpu !== undefined) record(`${what}, CPU`, cpu, unit);
}
