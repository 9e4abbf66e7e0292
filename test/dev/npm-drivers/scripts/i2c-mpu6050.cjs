const i2c = require('i2c-bus');
const Mpu6050 = require('i2c-mpu6050');

const sensor = new Mpu6050(i2c.openSync(1), 0x68);
// The chip measures from waking up on.
setTimeout(() => {
  sensor.read((error, { accel, gyro, temp }) => {
    if (error) throw error;
    console.log(
      JSON.stringify({
        accelX: accel.x,
        accelY: accel.y,
        accelZ: accel.z,
        gyroX: gyro.x,
        gyroZ: gyro.z,
        temperature: temp,
      }),
    );
  });
}, 50);
