/**
 * How well a driver's compatibles fit a node's: Linux's rule (`of_device_is_compatible`). The earlier in the
 * node's list, the better; the order of the driver's own list says nothing.
 * @returns 0 for no match, else higher is better.
 */
function matchScore(nodeCompatibles: readonly string[], driverCompatibles: readonly string[]): number {
  const index = nodeCompatibles.findIndex((compatible) => driverCompatibles.includes(compatible));
  return index < 0 ? 0 : Number.MAX_SAFE_INTEGER - index;
}

/** The driver that fits best; of equals the one registered first. */
export function bestMatch<Driver extends { readonly compatible: readonly string[] }>(
  nodeCompatibles: readonly string[],
  drivers: Iterable<Driver>,
): Driver | undefined {
  let best: Driver | undefined;
  let bestScore = 0;
  for (const driver of drivers) {
    const score = matchScore(nodeCompatibles, driver.compatible);
    if (score > bestScore) {
      best = driver;
      bestScore = score;
    }
  }
  return best;
}
