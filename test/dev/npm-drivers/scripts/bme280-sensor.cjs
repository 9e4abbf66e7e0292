const BME280 = require('bme280-sensor');

(async () => {
  const sensor = new BME280({ i2cBusNo: 2, i2cAddress: 0x76 });
  await sensor.init();
  await new Promise((resolve) => setTimeout(resolve, 150));
  const { temperature_C: temperature, pressure_hPa, humidity } = await sensor.readSensorData();
  console.log(JSON.stringify({ temperature, pressure: pressure_hPa * 100, humidity }));
})();
