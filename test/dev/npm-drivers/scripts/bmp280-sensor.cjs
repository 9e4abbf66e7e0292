const BMP280 = require('bmp280-sensor');

const sensor = new BMP280({ i2cBusNumber: 1, i2cAddress: 0x76 });
sensor.config({
  powerMode: 3,
  pressureOversampling: 5,
  temperatureOversampling: 2,
  iirFilter: 0,
  standby: 0,
});
setTimeout(async () => {
  const { Temperature: temperature, Pressure } = await sensor.readSensors();
  console.log(JSON.stringify({ temperature, pressure: Pressure * 100 }));
}, 150);
