// A script for a Raspberry Pi, on npm's i2c-bus: reads an LM75 and shows the temperature on an SSD1306.
// Without the Pi: dtbus run examples/pi/board.dts examples/pi/thermometer.cjs
const i2c = require('i2c-bus').openSync(1);

const LM75 = 0x48;
const OLED = 0x3c;
/** Five rows of three dots a character. */
const ROWS = {
  0: [7, 5, 5, 5, 7],
  1: [2, 6, 2, 2, 7],
  2: [7, 1, 7, 4, 7],
  3: [7, 1, 7, 1, 7],
  4: [5, 5, 7, 1, 1],
  5: [7, 4, 7, 1, 7],
  6: [7, 4, 7, 5, 7],
  7: [7, 1, 1, 1, 1],
  8: [7, 5, 7, 5, 7],
  9: [7, 5, 7, 1, 7],
  '.': [0, 0, 0, 0, 2],
  '-': [0, 0, 7, 0, 0],
  C: [7, 4, 4, 4, 7],
  ' ': [0, 0, 0, 0, 0],
};
const SCALE = 5;

function command(...bytes) {
  i2c.i2cWriteSync(OLED, bytes.length + 1, Buffer.from([0x00, ...bytes]));
}

function readTemperature() {
  const word = i2c.readWordSync(LM75, 0); // the low byte comes first
  const value = ((word & 0xff) << 8) | (word >> 8);
  return (value > 0x7fff ? value - 0x10000 : value) / 256;
}

function show(text) {
  const dots = new Uint8Array(1024);
  [...text].forEach((character, index) => {
    for (let x = 0; x < 3 * SCALE; x++)
      for (let y = 0; y < 5 * SCALE; y++) {
        const on = (ROWS[character][Math.floor(y / SCALE)] >> (2 - Math.floor(x / SCALE))) & 1;
        const column = 4 + index * 4 * SCALE + x;
        const row = 20 + y;
        if (on && column < 128) dots[(row >> 3) * 128 + column] |= 1 << (row & 7);
      }
  });
  command(0x21, 0, 127, 0x22, 0, 7);
  for (let at = 0; at < 1024; at += 128)
    i2c.i2cWriteSync(OLED, 129, Buffer.from([0x40, ...dots.subarray(at, at + 128)]));
}

command(0x8d, 0x14, 0x20, 0x00, 0xa1, 0xc8, 0xaf);
function update() {
  const temperature = readTemperature();
  console.log(`${temperature} °C`);
  show(`${temperature.toFixed(1)} C`);
}
update();
if (process.argv[2] !== 'once') setInterval(update, 1000);
