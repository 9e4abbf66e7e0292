import { type Callback, incorrect, SpiDevice } from './device.ts';
import { isObject, isUint32, type SpiOptions, settingsOf, withOpenDefaults } from './options.ts';

function open(busNumber: number, deviceNumber: number, cb: Callback): SpiDevice;
function open(
  busNumber: number,
  deviceNumber: number,
  options: SpiOptions | null | undefined,
  cb: Callback,
): SpiDevice;
function open(...args: unknown[]): SpiDevice {
  const [busNumber, deviceNumber, third, fourth] = args;
  const cb = args.length <= 3 ? third : fourth;
  if (args.length < 3 || !isUint32(busNumber) || !isUint32(deviceNumber) || typeof cb !== 'function')
    throw incorrect('open', '(busNumber, deviceNumber[, options], cb)');
  const options = args.length > 3 && isObject(third) ? third : {};
  return SpiDevice.open(busNumber, deviceNumber, withOpenDefaults(settingsOf(options)), cb as Callback);
}

function openSync(busNumber: number, deviceNumber: number, options?: SpiOptions): SpiDevice;
function openSync(...args: unknown[]): SpiDevice {
  const [busNumber, deviceNumber, options] = args;
  const wrong = args.length < 2 || !isUint32(busNumber) || !isUint32(deviceNumber);
  if (wrong || (args.length > 2 && !isObject(options)))
    throw incorrect('openSync', '(busNumber, deviceNumber[, options])');
  const settings = settingsOf(isObject(options) ? options : {});
  return SpiDevice.openSync(busNumber, deviceNumber, withOpenDefaults(settings));
}

/** What `require('spi-device')` gives. */
export const spiDevice = { open, openSync, MODE0: 0, MODE1: 1, MODE2: 2, MODE3: 3 } as const;
