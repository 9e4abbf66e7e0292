import type { NatsConnection } from '@nats-io/transport-node';

/** How long JetStream may take to answer, in ms. */
const ANSWER_LIMIT_MS = 5000;

/** Numbers of errors, by `server/errors.json` of nats-server; `NOBODY` is ours: nothing answers. */
export const JETSTREAM = {
  NOBODY: 0,
  NO_MESSAGE: 10037,
  NOT_FOR_ACCOUNT: 10039,
  NO_STREAM: 10059,
  NOT_ENABLED: 10076,
} as const;

/** What JetStream refuses. */
export class JetStreamError extends Error {
  override readonly name = 'JetStreamError';
  /** One of `JETSTREAM`, or another number of the server. */
  readonly code: number;

  constructor(code: number, sentence: string) {
    super(sentence);
    this.code = code;
  }

  /** Whether there is no JetStream for this user. */
  get isAbsence(): boolean {
    const { NOBODY, NOT_FOR_ACCOUNT, NOT_ENABLED } = JETSTREAM;
    return [NOBODY, NOT_FOR_ACCOUNT, NOT_ENABLED].some((code) => code === this.code);
  }
}

/** A stream, as far as it is looked at: https://docs.nats.io/nats-concepts/jetstream/streams */
export interface StreamInfo {
  readonly config: {
    readonly subjects?: readonly string[];
    /** ns; 0: for ever. */
    readonly max_age?: number;
    /** -1: any. */
    readonly max_bytes?: number;
    readonly max_msgs?: number;
    readonly no_ack?: boolean;
  };
  readonly state: { readonly first_seq: number; readonly last_seq: number };
}

/** A message as `STREAM.MSG.GET` has it. */
export interface StoredMessage {
  readonly subject: string;
  readonly seq: number;
  /** base64; missing where it is empty. */
  readonly data?: string;
  /** RFC 3339, by the server's clock. */
  readonly time: string;
}

interface Answer {
  readonly error?: { readonly code?: number; readonly err_code?: number; readonly description?: string };
}

/** Asks JetStream's interface. @param call as `STREAM.INFO.name` @throws {JetStreamError} @throws {Error} no answer */
export async function askJetStream<Result>(
  connection: NatsConnection,
  call: string,
  body: object = {},
): Promise<Result> {
  return sendToJetStream<Result>(connection, `$JS.API.${call}`, JSON.stringify(body));
}

/** Sends a message to what JetStream hears, and waits for its answer. @throws as `askJetStream` */
export async function sendToJetStream<Result>(
  connection: NatsConnection,
  subject: string,
  payload: Uint8Array | string,
  options: Partial<Parameters<NatsConnection['request']>[2]> = {},
): Promise<Result> {
  let answer: Answer & Result;
  try {
    const message = await connection.request(subject, payload, { timeout: ANSWER_LIMIT_MS, ...options });
    answer = message.json<Answer & Result>();
  } catch (error) {
    const { message } = error as Error;
    if (/no responders/.test(message))
      throw new JetStreamError(JETSTREAM.NOBODY, 'no stream takes the message');
    throw error;
  }
  const { error } = answer;
  if (error !== undefined)
    throw new JetStreamError(error.err_code ?? error.code ?? -1, String(error.description));
  return answer;
}
