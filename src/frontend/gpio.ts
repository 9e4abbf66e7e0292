/** The small door of the room for those who use GPIO lines; the others do not load it. */
export { type Edge, gpioDriver, VirtioGpioDriver } from './gpio-driver.ts';
