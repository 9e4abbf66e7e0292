import { spiDevice } from '../spi-device/spi-device.ts';

export const { open, openSync, MODE0, MODE1, MODE2, MODE3 } = spiDevice;
export default spiDevice;
