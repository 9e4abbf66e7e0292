import type { Behaviour } from './model.ts';

/** I2C's address for all who listen to it (UM10204, 3.1.13). */
const GENERAL_CALL = 0;
/** "Reset" as its second byte. */
const RESET = 0x06;

/** What a part does that a reset by the general call brings back to power-on. It acknowledges other bytes too. */
export function resetByGeneralCall(reset: () => void): Pick<Behaviour, 'sharedAddresses' | 'generalCall'> {
  return {
    sharedAddresses: () => [GENERAL_CALL],
    generalCall(byte) {
      if (byte === RESET) reset();
      return true;
    },
  };
}
