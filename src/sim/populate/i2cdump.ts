/** A row of `i2cdump`: the register, then a cell for each byte (`b`, `c` modes) or word (`w` mode). */
const ROW = /^([0-9a-f]{2}):/i;

/** What a dump shows: 256 values, and the highest register that has one; -1 = none has. */
export interface I2cDump {
  readonly values: Uint8Array;
  readonly last: number;
}

/**
 * The 256 registers that the text of an `i2cdump` shows. Cells outside its range are blank and cells that
 * could not be read are `XX`: both give 0.
 *
 * @throws {Error} when there is no row of a dump in the text.
 */
export function parseI2cDump(text: string): I2cDump {
  const registers = new Uint8Array(256);
  const lines = text.split(/\r?\n/);
  const wordMode = lines.some((line) => line.includes('0,8'));
  const cellWidth = wordMode ? 5 : 3;
  const cells = wordMode ? 8 : 16;
  let rows = 0;
  let last = -1;
  for (const line of lines) {
    const start = ROW.exec(line)?.[1];
    if (start === undefined) continue;
    rows++;
    const first = Number.parseInt(start, 16);
    for (let cell = 0; cell < cells; cell++) {
      const value = Number.parseInt(line.slice(3 + cell * cellWidth, 3 + (cell + 1) * cellWidth), 16);
      // A word is least significant byte first in SMBus; register n+1 of a word is not this word's business.
      if (Number.isNaN(value) || first + cell >= 256) continue;
      registers[first + cell] = value & 0xff;
      last = Math.max(last, first + cell);
    }
  }
  if (rows === 0) throw new Error('it has no line like "00: 12 34 ...", as i2cdump prints them');
  return { values: registers, last };
}
