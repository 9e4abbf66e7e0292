import type { Errno } from '../../bus/index.ts';
import type { ReplayReport } from '../../replay/index.ts';
import type { Call } from '../thread/protocol.ts';

/** Why a transfer failed, as the back-end tells it. One that does not answer knows nothing more. */
export function reasonOf(call: Call, path: string, code: Errno): string | undefined {
  try {
    return call('reasonOf', path, code);
  } catch {
    return undefined;
  }
}

/** How far a recording was replayed. Of a back-end that no longer answers nobody knows it. */
export function reportOf(call: Call): ReplayReport | undefined {
  try {
    return call('replayed');
  } catch {
    return undefined;
  }
}
