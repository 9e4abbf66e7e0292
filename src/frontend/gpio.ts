/** The small door of the room for those who use GPIO lines; the others do not load it. */
export { type Edge, VirtioGpio, virtioGpioDriver } from './virtio-gpio.ts';
