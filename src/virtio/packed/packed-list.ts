import { CHAIN_FAULT, type ChainFault, DESC, DESC_F, DESC_SHIFT } from '../chain/descriptor.ts';
import type { DescriptorChain } from '../chain/descriptor-chain.ts';
import { addTable, followingEntries } from '../chain/indirect-chain.ts';
import { FLAGS_SHIFT, ID_MASK } from './packed-layout.ts';

// Copies of what is imported: the engine folds a module's own constants into the code, imported ones it fetches.
const { ADDR_LOW, ADDR_HIGH, LEN, LAST } = DESC;
const SHIFT = DESC_SHIFT;
const ID = ID_MASK;
const TO_FLAGS = FLAGS_SHIFT;
const NEXT = DESC_F.NEXT << FLAGS_SHIFT;
const INDIRECT = DESC_F.INDIRECT << FLAGS_SHIFT;

/**
 * Collects the list that starts at descriptor `first` of a packed ring, and how many it takes up; gives the reason when it
 * is malformed. One whose end is not found within `room` is endless: nobody knows where the next one starts.
 */
export function collectList(
  chain: DescriptorChain,
  words: Int32Array,
  size: number,
  first: number,
  room: number,
): ChainFault | undefined {
  let fault: ChainFault | undefined;
  let index = first;
  let count = 0;
  let word = 0;
  chain.begin();
  do {
    if (count === room) return CHAIN_FAULT.ENDLESS;
    count++;
    const at = index << SHIFT;
    word = words[at | LAST] as number;
    const low = words[at | ADDR_LOW] as number;
    const high = words[at | ADDR_HIGH] as number;
    const length = words[at | LEN] as number;
    // Behind a fault only the end of the list is of interest.
    if (fault === undefined) {
      if ((word & INDIRECT) === 0) fault = chain.add(low, high, length, word >>> TO_FLAGS);
      // 2.8.19: a table stands alone, never in a list.
      else if (count > 1 || (word & NEXT) !== 0) fault = CHAIN_FAULT.INDIRECT_AND_NEXT;
      else fault = addTable(chain, low, high, length, followingEntries);
    }
    index++;
    if (index === size) index = 0;
  } while ((word & NEXT) !== 0);
  chain.head = word & ID;
  chain.descriptors = count;
  return fault;
}
