const ADS1x15 = require('ads1x15');

(async () => {
  const adc = new ADS1x15(1, 0x48);
  await adc.openBus(1);
  const ain2 = (await adc.readSingleEnded({ channel: 2, pga: 4096, sps: 250 })) / 1000;
  console.log(JSON.stringify({ ain2 }));
})();
