// What every fuzzer is told: how much, and which seed. `SCRIPT [COUNT | SECONDSs] [SEED | --seed SEED]`

/** @returns {{count: number, seconds: number, seed: number}} the one that was not given is infinite; says the seed */
export function limitOf(argv = process.argv.slice(2)) {
  const [amount = '10s', ...rest] = argv.filter((word) => word !== '--seed');
  const seed = Number(rest[0] ?? Date.now() % 2 ** 31);
  const most = Number.parseFloat(amount);
  if (!(most > 0) || !Number.isInteger(seed)) {
    console.error('usage: SCRIPT [COUNT | SECONDSs] [--seed SEED]');
    process.exit(2);
  }
  console.log(`seed ${seed}`);
  const endless = Number.POSITIVE_INFINITY;
  return amount.endsWith('s')
    ? { count: endless, seconds: most, seed }
    : { count: most, seconds: endless, seed };
}

/** True while neither limit is reached. */
export function within({ count, seconds }) {
  const end = performance.now() + 1000 * seconds;
  return (done) => done < count && performance.now() < end;
}
