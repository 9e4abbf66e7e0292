const Si7021 = require('si7021-sensor');

(async () => {
  const sensor = new Si7021({ i2cBusNo: 1 });
  await sensor.reset();
  const { temperature_C: temperature, humidity } = await sensor.readSensorData();
  console.log(JSON.stringify({ temperature, humidity }));
})();
