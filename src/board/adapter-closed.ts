/** How the sentence begins that tells of an adapter which could not be opened. */
export const ADAPTER_CLOSED = 'the adapter is not open';
