const VL53L0X = require('vl53l0x');

(async () => {
  const sensor = await VL53L0X(1, 0x29);
  // It starts a measurement and gives the one before: a measurement takes 33 ms, and it does not wait.
  await sensor.measure();
  await new Promise((resolve) => setTimeout(resolve, 60));
  console.log(JSON.stringify({ distance: await sensor.measure() }));
})();
