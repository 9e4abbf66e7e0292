/**
 * The small door of the room: what a property of a part may hold. A board asks before it sends a value to the thread of
 * its parts, and the parts ask again.
 */
export {
  checkProperty,
  declarationOf,
  notFound,
  PART_DISABLED,
  PartError,
  POWERED,
} from './wire/property.ts';
