// What npm's API costs a script: a call of the drop-in for i2c-bus, down to a simulated part and back.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cpuTime, load, medianOf, report } from './report.mjs';

const BOARD = `/dts-v1/;
/ {
	aliases { i2c1 = &i2c; spi0 = &spi; };
	i2c: i2c {
		compatible = "platform,virtio-i2c"; #address-cells = <1>; #size-cells = <0>;
		imu@68 { compatible = "invensense,mpu6050"; reg = <0x68>; dtbus,set = "accelX=0.5"; };
	};
	spi: spi {
		compatible = "platform,virtio-spi"; #address-cells = <1>; #size-cells = <0>;
		adc@0 { compatible = "microchip,mcp3008"; reg = <0>; };
	};
};`;
const IMU = 0x68;
const PWR_MGMT_1 = 0x6b;
const ACCEL_XOUT = 0x3b;
const CALLS = 20_000;

const folder = mkdtempSync(join(tmpdir(), 'dtbus-bench-'));
process.env.DTBUS_BOARD = join(folder, 'board.dts');
writeFileSync(process.env.DTBUS_BOARD, BOARD);
const { i2cBus, spiDevice, environmentBoard } = await load('./drop-ins');

/** Median time of one call in µs. */
function callTime(call) {
  const times = new Float64Array(CALLS);
  for (let i = 0; i < CALLS; i++) {
    const begin = process.hrtime.bigint();
    call();
    times[i] = Number(process.hrtime.bigint() - begin) / 1000;
  }
  return times.sort()[CALLS >> 1];
}

function measure(what, call, aim) {
  callTime(call);
  const before = cpuTime();
  const time = medianOf(5, () => callTime(call));
  report(what, time, 'µs', aim, (cpuTime() - before) / (5 * CALLS));
}

const i2c = i2cBus.openSync(1);
const six = Buffer.alloc(6);
i2c.writeByteSync(IMU, PWR_MGMT_1, 0);
await new Promise((resolve) => setTimeout(resolve, 20));
i2c.sendByteSync(IMU, ACCEL_XOUT);
i2c.i2cReadSync(IMU, 6, six);
if (six.readInt16BE() !== 8192) throw new Error(`half a g reads as ${six.readInt16BE()}`);
measure('i2cReadSync of 6 bytes', () => i2c.i2cReadSync(IMU, 6, six), 'at most 8');
measure('readI2cBlockSync of 6 bytes', () => i2c.readI2cBlockSync(IMU, ACCEL_XOUT, 6, six));
measure('readByteSync', () => i2c.readByteSync(IMU, ACCEL_XOUT));

const spi = spiDevice.openSync(0, 0);
const message = [
  {
    byteLength: 3,
    sendBuffer: Buffer.from([1, 0x80, 0]),
    receiveBuffer: Buffer.alloc(3),
    speedHz: 1_000_000,
  },
];
measure('transferSync of 3 bytes', () => spi.transferSync(message));

await environmentBoard().close();
rmSync(folder, { recursive: true });
