const MCP23017 = require('node-mcp23017');

const expander = new MCP23017({ address: 0x20, device: 1 });
for (let pin = 12; pin < 16; pin++) {
  expander.pinMode(pin, expander.OUTPUT);
  expander.digitalWrite(pin, pin % 2 === 1);
}
const read = (pin) =>
  new Promise((resolve, reject) => {
    expander.digitalRead(pin, (_pin, error, value) => (error ? reject(error) : resolve(value ? 1 : 0)));
  });
(async () => {
  let inputs = 0;
  for (let pin = 0; pin < 12; pin++) inputs |= (await read(pin)) << pin;
  const { environmentBoard } = await import('dtbus/drop-ins');
  console.log(JSON.stringify({ inputs, pins: environmentBoard().part('&gpio').pins }));
})();
