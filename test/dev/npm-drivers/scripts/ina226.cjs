const i2c = require('i2c-bus');
const { INA226 } = require('ina226');

(async () => {
  const sensor = new INA226(i2c.openSync(2), 0x44, 0.002);
  // 16 samples of 140 us, both voltages, continuously.
  await sensor.writeRegister(0x00, 0x4407);
  await new Promise((resolve) => setTimeout(resolve, 50));
  const busVoltage = await sensor.readBusVoltage();
  await sensor.readShuntVoltage();
  console.log(JSON.stringify({ busVoltage, current: sensor.calcCurrent() }));
})();
