import { isNodeError } from '../../bus/index.ts';
import type { ThreadError } from './protocol.ts';

/** What is sent of an error. It may be anything: whoever made it is not ours. */
export function sentError(thrown: unknown): ThreadError {
  if (!(thrown instanceof Error)) return { name: 'Error', message: String(thrown), stack: undefined };
  const { name, message, stack } = thrown;
  const sent = { name: String(name), message: String(message), stack: stack && String(stack) };
  return isNodeError(thrown) ? { ...sent, property: thrown.property, sentence: thrown.sentence } : sent;
}

/** What was sent, with the stack of where it was thrown. */
export function threadError({ name, message, stack }: ThreadError): Error {
  const error = new Error(message);
  error.name = name;
  error.stack = stack ?? message;
  return error;
}
