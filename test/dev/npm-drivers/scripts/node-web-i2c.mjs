import { requestI2CAccess } from 'node-web-i2c';

const access = await requestI2CAccess();
const sensor = await access.ports.get(2).open(0x4a);
const word = await sensor.read16(0);
const code = ((word & 0xff) << 8) | (word >> 8);
console.log(JSON.stringify({ temperature: code / 256 }));
