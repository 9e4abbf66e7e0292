const Gyroscope = require('mpu6050-gyro');

const sensor = new Gyroscope(2, 0x69);
setTimeout(() => {
  const accel = sensor.get_accel_xyz();
  const gyro = sensor.get_gyro_xyz();
  // It sets ±2000 °/s, and leaves ±2 g.
  console.log(JSON.stringify({ accelX: accel.x / 16384, accelZ: accel.z / 16384, gyroY: gyro.y / 16.4 }));
}, 50);
