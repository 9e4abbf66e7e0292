const ina219 = require('ina219');

ina219.init(0x40, 2);
ina219.calibrate32V1A(() => {
  setTimeout(() => {
    ina219.getBusVoltage_V((busVoltage) => {
      ina219.getCurrent_mA((current) => console.log(JSON.stringify({ busVoltage, current: current / 1000 })));
    });
  }, 20);
});
