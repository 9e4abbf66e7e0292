const i2c = require('i2c-bus');
const Oled = require('oled-i2c-bus');

(async () => {
  const oled = new Oled(i2c.openSync(1), { width: 128, height: 64, address: 0x3c });
  oled.clearDisplay();
  oled.drawLine(0, 0, 40, 0, 1);
  oled.fillRect(100, 20, 3, 2, 1);
  oled.drawPixel([[127, 63, 1]]);
  // It transfers what it drew from timers.
  await new Promise((resolve) => setTimeout(resolve, 300));
  const { environmentBoard } = await import('dtbus/drop-ins');
  const lines = environmentBoard().part('&oled').text.split('\n');
  const shown = lines.flatMap((line, row) =>
    [...line.matchAll(/[^ ]+/g)].map((run) => `${row}:${run.index}${run[0]}`),
  );
  console.log(JSON.stringify({ shown: shown.join(' ') }));
})();
