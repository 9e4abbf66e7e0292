import promised from 'i2c-bus-promised';

const bus = new promised.Bus(2);
await bus.open();
const light = new promised.Device(bus, 0x23);
await light.sendByte(0x10);
await new Promise((resolve) => setTimeout(resolve, 200));
const buffer = Buffer.alloc(2);
await light.read(2, buffer);
await bus.close();
console.log(JSON.stringify({ illuminance: buffer.readUInt16BE() / 1.2 }));
