/** Median of numbers. */
export function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[sorted.length >> 1];
}

/** Runs `measure` so many times and gives the median of what it gives. */
export function medianOf(runs, measure) {
  return median(Array.from({ length: runs }, measure));
}

/** One line of a report: what, how much, and what we hold ourselves to. */
export function report(what, value, unit, aim = '') {
  const amount = value.toFixed(Math.abs(value) < 10 ? 2 : 1).padStart(9);
  console.log(`${what.padEnd(62)} ${amount} ${unit.padEnd(9)} ${aim}`.trimEnd());
}
