import koffi from 'koffi';

const library = koffi.load(null);

/** A function of the C library. */
export function cFunctionOf(prototype) {
  return library.func(prototype);
}
