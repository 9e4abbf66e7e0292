import { checkBusNumber, checkCallback } from './arguments.ts';
import { Bus, type OpenOptions } from './bus.ts';
import type { Callback } from './callback.ts';
import type { PromisifiedBus } from './promisified-bus.ts';

type Options = OpenOptions | null | undefined;

/** Opens a bus; the callback comes later. A bus that is missing is found out at the first transfer. */
function open(busNumber: number, cb: Callback): Bus;
function open(busNumber: number, options: Options, cb: Callback): Bus;
function open(busNumber: number, options: Options | Callback, cb?: Callback): Bus {
  const [given, callback] = typeof options === 'function' ? [undefined, options] : [options, cb];
  checkBusNumber(busNumber);
  checkCallback(callback);
  const bus = new Bus(busNumber, given);
  setImmediate(callback as Callback, null);
  return bus;
}

function openSync(busNumber: number, options?: Options): Bus {
  checkBusNumber(busNumber);
  return new Bus(busNumber, options);
}

function openPromisified(busNumber: number, options?: Options): Promise<PromisifiedBus> {
  return new Promise((resolve, reject) => {
    const bus = open(busNumber, options, (error) => {
      if (error) reject(error);
      else resolve(bus.promisifiedBus());
    });
  });
}

/** What `require('i2c-bus')` gives. */
export const i2cBus = { open, openSync, openPromisified };
