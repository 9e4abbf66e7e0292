/** A board that cannot be brought up at all. The message is for a person: what, where, and what to do. */
export class BoardError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'BoardError';
  }
}
