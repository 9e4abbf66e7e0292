/** Packages with an API of their own, which reach I2C and SPI by themselves. */
const FOREIGN = new Set(['i2c', '@abandonware/i2c', 'spi', 'pi-spi', 'rpio']);

/** Says, once for each package, that a script asks for one whose place is not taken. */
export function warnOfForeign(request: string): void {
  if (!FOREIGN.delete(request)) return;
  process.stderr.write(
    `dtbus: the script uses the npm package ${request}, which dtbus does not stand in for (only for i2c-bus and ` +
      "spi-device): it will look for this machine's own buses. `dtbus up --dev` makes the board's nodes real ones.\n",
  );
}
