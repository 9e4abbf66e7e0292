/** The real i2c-bus and spi-device on the board's nodes; prints one line a fact. `node native.cjs FOLDER` */
const { join } = require('node:path');

const [folder] = process.argv.slice(2);
const i2cBus = require(join(folder, 'node_modules/i2c-bus'));
const spiDevice = require(join(folder, 'node_modules/spi-device'));

const bus = i2cBus.openSync(1);
console.log('word', bus.readWordSync(0x48, 0));
bus.writeByteSync(0x50, 0x40, 0x77);
Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
const block = Buffer.alloc(2);
console.log('block', bus.readI2cBlockSync(0x50, 0x40, 2, block), block.toString('hex'));
console.log(
  'scan',
  bus.scanSync(0x48, 0x57).map((addr) => addr.toString(16)),
);
try {
  bus.readByteSync(0x21, 0);
} catch ({ code, errno, syscall }) {
  console.log('error', code, errno, syscall);
}
bus.closeSync();

const flash = spiDevice.openSync(0, 0);
const receiveBuffer = Buffer.alloc(4);
flash.transferSync([
  { sendBuffer: Buffer.from([0x9f, 0, 0, 0]), receiveBuffer, byteLength: 4, speedHz: 1e6 },
]);
console.log('id', receiveBuffer.toString('hex'));
flash.closeSync();
