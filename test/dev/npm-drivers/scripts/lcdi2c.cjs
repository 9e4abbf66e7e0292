const LCD = require('lcdi2c');

const lcd = new LCD(1, 0x27, 16, 2);
lcd.println('Hello from', 1);
lcd.println('lcdi2c 42', 2);
if (lcd.error) throw lcd.error;
import('dtbus/drop-ins').then(({ environmentBoard }) => {
  const { text, backlight } = environmentBoard().part('&lcd');
  console.log(JSON.stringify({ text, backlight }));
});
