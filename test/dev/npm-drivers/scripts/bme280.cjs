const bme280 = require('bme280');

(async () => {
  const sensor = await bme280.open({ i2cBusNumber: 1, i2cAddress: 0x77 });
  const { temperature, pressure, humidity } = await sensor.read();
  await sensor.close();
  console.log(JSON.stringify({ temperature, pressure: pressure * 100, humidity }));
})();
