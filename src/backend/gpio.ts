/** The small door of the room for boards with GPIO; the others do not load it. */

export { VirtioGpioDevice } from './devices/gpio-device.ts';
export { GpioLines } from './devices/gpio-lines.ts';
