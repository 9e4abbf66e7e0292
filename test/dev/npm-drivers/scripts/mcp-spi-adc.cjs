const adc = require('mcp-spi-adc');

const read = (open, channel, deviceNumber) =>
  new Promise((resolve, reject) => {
    const input = open(channel, { busNumber: 0, deviceNumber }, (error) => {
      if (error) return reject(error);
      input.read((failure, reading) => (failure ? reject(failure) : resolve(reading.value)));
    });
  });

(async () => {
  const ch5 = 3.3 * (await read(adc.openMcp3008, 5, 0));
  const ch7 = 3.3 * (await read(adc.openMcp3208, 7, 1));
  console.log(JSON.stringify({ ch5, ch7 }));
})();
