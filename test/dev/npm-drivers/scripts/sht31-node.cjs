const { SHT31 } = require('sht31-node');

new SHT31(0x44, 1).readSensorData().then((reading) => console.log(JSON.stringify(reading)));
