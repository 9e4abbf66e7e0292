import { oneLine, printable } from './printable.ts';

/** An error whose message may have several lines: those that we made, and none that a stranger's text begins. */
export class LinedError extends Error {
  /**
   * @param sentence stays on one line, whatever strings of a tree it quotes
   * @param options `more`: lines below it; who makes them keeps what they quote on one line
   */
  constructor(sentence: string, { more, ...options }: ErrorOptions & { readonly more?: string } = {}) {
    super(`${oneLine(sentence)}${more ? `\n${printable(more)}` : ''}`, options);
    this.name = 'LinedError';
  }
}
