/** The small door of the room for boards with GPIO; the others do not load it. */
export { GpioLines, type LineListener } from './gpio-lines.ts';
export { VirtioGpioDevice } from './virtio-gpio.ts';
