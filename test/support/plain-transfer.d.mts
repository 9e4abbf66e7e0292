import type { SpiTransfer } from '../../src/bus/index.ts';

export const PLAIN_TRANSFER: Readonly<SpiTransfer>;
