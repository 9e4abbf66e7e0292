const i2c = require('i2c-bus');
const Mcp9800 = require('mcp9800');

const bus = i2c.open(2, (error) => {
  if (error) throw error;
  const sensor = new Mcp9800(bus);
  sensor.resolution(4);
  setTimeout(() => console.log(JSON.stringify({ temperature: sensor.temperature() })), 300);
});
