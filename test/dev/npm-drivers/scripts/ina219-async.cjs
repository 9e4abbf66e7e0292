const Ina219 = require('ina219-async');

(async () => {
  const sensor = await Ina219(0x41, 2);
  await sensor.calibrate32V2A();
  await new Promise((resolve) => setTimeout(resolve, 20));
  const busVoltage = await sensor.getBusVoltage_V();
  console.log(JSON.stringify({ busVoltage, current: (await sensor.getCurrent_mA()) / 1000 }));
})();
