/** The status register after a sample of all three axes, and after `count` of them: the flags of overruns where one was not read. */
export function statusAfterSample(status: number, count: number): number {
  return (status & 0x08) !== 0 || count > 1 ? 0xff : 0x0f;
}

/**
 * The status register of a sensor of three axes after a byte was read that clears the flags (available, overrun) of its
 * axis: with the last of them go those of all. `offset`: of the byte, from the first axis' first.
 */
export function statusAfterRead(status: number, offset: number): number {
  const rest = status & ~(0x11 << (offset >> 1));
  return (rest & 0x07) === 0 ? 0 : rest & 0x77;
}
