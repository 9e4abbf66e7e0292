/** The small door of the room for boards with GPIO; the others do not load it. */

export { VirtioGpioDevice } from './devices/gpio-device.ts';
export { GpioLines, type LineSource } from './devices/gpio-lines.ts';
export { HostLines } from './devices/host-lines.ts';
