/** A piece of a request in guest memory, as the driver names it: guest-physical address, length in bytes. */
export interface DmaBuffer {
  readonly addr: number;
  readonly len: number;
}
