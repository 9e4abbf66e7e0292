import { Gpio } from './gpio.ts';

/** What `require('onoff')` gives. */
export const onoff = { Gpio } as const;
