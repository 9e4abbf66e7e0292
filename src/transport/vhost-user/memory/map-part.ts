import { type FileDescriptor, Mapping } from '../../../os/index.ts';
import { VhostUserError } from '../messages/message.ts';

/**
 * Maps `size` bytes at `offset` of a file of the front-end's, which may be closed afterwards.
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
    mapping = Mapping.foreign(file.fd, offset + size);
    return { mapping, buffer: mapping.view(offset, size) };
  } catch (error) {
    mapping?.unmap();
    throw new VhostUserError(`cannot map the ${what} of ${size} bytes: ${error}`, { cause: error });
  }
}
