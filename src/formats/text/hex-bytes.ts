/** Bytes as the kernel's `%*phD` prints them: `1f-80`; undefined: they are none. */
export function hexBytes(text: string): Uint8Array | undefined {
  if (text.trim() === '') return new Uint8Array(0);
  const digits = text.trim().split('-');
  if (!digits.every((each) => /^[0-9a-f]{2}$/i.test(each))) return undefined;
  return Uint8Array.from(digits, (each) => Number.parseInt(each, 16));
}
