/** What to do instead, by what the package reaches. */
const REAL_NODES = "use i2c-bus or spi-device, or make the board's nodes real ones with `dtbus up --dev`";
const LINES = "use onoff, or the board's lines: board.gpio() in dtbus's API";
const PI = `${REAL_NODES}; for GPIO lines, ${LINES}`;

/** Packages with an API of their own, which reach this machine's hardware by themselves. */
const FOREIGN = new Map([
  ['i2c', REAL_NODES],
  ['@abandonware/i2c', REAL_NODES],
  ['spi', REAL_NODES],
  ['pi-spi', REAL_NODES],
  ['epoll', LINES],
  ['pigpio', LINES],
  ['pigpio-client', LINES],
  ['node-libgpiod', LINES],
  ['rpio', PI],
  ['raspi', PI],
  ['raspi-gpio', LINES],
  ['raspi-i2c', REAL_NODES],
  ['raspi-io', PI],
  ['raspi-pwm', LINES],
  ['raspi-spi', REAL_NODES],
]);

/** Says, once for each package, that a script asks for one whose place is not taken. */
export function warnOfForeign(request: string): void {
  const remedy = FOREIGN.get(request);
  if (remedy === undefined) return;
  FOREIGN.delete(request);
  process.stderr.write(
    `dtbus: the npm package ${request} looks for this machine's own hardware, not for the board; ${remedy}\n`,
  );
}
