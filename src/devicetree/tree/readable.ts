/** A one-character-a-byte string as the text a person reads: UTF-8 where it is valid UTF-8. */
export function readable(text: string): string {
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) >= 0x80) {
      return new TextDecoder().decode(Uint8Array.from(text, (char) => char.charCodeAt(0)));
    }
  }
  return text;
}
