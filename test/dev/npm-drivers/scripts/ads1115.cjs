const ADS1115 = require('ads1115');

(async () => {
  const adc = await ADS1115.open(2, 0x49);
  adc.gain = 1;
  const toVolts = (code) => (code * 4.096) / 32768;
  const ain1 = toVolts(await adc.measure('1+GND'));
  const difference = toVolts(await adc.measure('0+1'));
  console.log(JSON.stringify({ ain1, difference }));
})();
