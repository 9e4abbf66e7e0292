import { type FileDescriptor, Mapping, sealAgainstShrinking } from '../../os/index.ts';
import { VhostUserError } from './message.ts';

/**
 * Maps `size` bytes at `offset` of a file of the front-end's, which may be closed afterwards and is kept from
 * shrinking where that is possible: touching what is no longer there would end the process.
 * @param what it is, for the reason
 * @throws {VhostUserError} when it cannot be mapped; then nothing is.
 */
export function mapPart(
  file: FileDescriptor,
  offset: number,
  size: number,
  what: string,
): { readonly mapping: Mapping; readonly buffer: ArrayBuffer } {
  let mapping: Mapping | undefined;
  try {
    sealAgainstShrinking(file.fd);
    mapping = new Mapping(file.fd, offset + size);
    return { mapping, buffer: mapping.view(offset, size) };
  } catch (error) {
    mapping?.unmap();
    throw new VhostUserError(`cannot map the ${what} of ${size} bytes: ${error}`, { cause: error });
  }
}
