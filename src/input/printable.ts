/**
 * Text of a stranger (a tree, a file, a name) made harmless for a terminal: control characters, with which it could
 * hide lines or change the title, are shown as `\\x1b`. Line feeds and tabs stay.
 */
export function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  return text.replace(/[\0-\x08\x0b-\x1f\x7f-\x9f]/g, (character) => {
    return `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
  });
}
