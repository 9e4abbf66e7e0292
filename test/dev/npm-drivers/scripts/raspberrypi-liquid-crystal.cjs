const LCD = require('raspberrypi-liquid-crystal');

(async () => {
  const lcd = new LCD(2, 0x3f, 20, 4);
  await lcd.begin();
  await lcd.clear();
  await lcd.setCursor(3, 1);
  await lcd.print('twenty by four');
  await lcd.printLine(3, 'row 3');
  const { environmentBoard } = await import('dtbus/drop-ins');
  console.log(JSON.stringify({ text: environmentBoard().part('&wide_lcd').text }));
})();
