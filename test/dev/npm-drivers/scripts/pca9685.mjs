import { environmentBoard } from 'dtbus/drop-ins';
import i2cBus from 'i2c-bus';
import { Pca9685Driver } from 'pca9685';

const options = { i2c: i2cBus.openSync(1), address: 0x60, frequency: 50, debug: false };
await new Promise((resolve, reject) => {
  const pwm = new Pca9685Driver(options, (error) => {
    if (error) return reject(error);
    pwm.setPulseLength(3, 1250, 0, () => pwm.setDutyCycle(11, 0.25, 0, resolve));
  });
});
const { frequency, duty3, duty11 } = environmentBoard().part('&pwm');
console.log(JSON.stringify({ frequency, duty3, duty11 }));
