import { onoff } from '../onoff/onoff.ts';

export const { Gpio } = onoff;
export default onoff;
