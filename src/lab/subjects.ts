/** The name under which `$SRV` lists hosts. */
export const SERVICE = 'dtbus';
/** Names of boards on a server: a subject is made of them. */
export const BOARD_NAME = /^[A-Za-z0-9_][A-Za-z0-9_-]{0,63}$/;

/** Where users ask for a stream to a board. */
export const openSubject = (board: string): string => `dtbus.${board}.open`;
/** Where the host hears one user. @param id known to that user alone */
export const userSubject = (board: string, id: string): string => `dtbus.${board}.user.${id}`;

/** What a message of a history has: what its events are of, or events. */
export type HistoryKind = 'board' | 'events';
/** The stream that keeps what happened on a board, and the subjects of its messages. */
export const historyStream = (board: string): string => `dtbus-trace-${board}`;
export const historySubjects = (board: string): string => `dtbus.${board}.trace.*.*`;
/** @param run see `HistorySource` */
export const historySubject = (board: string, run: string, kind: HistoryKind): string =>
  `dtbus.${board}.trace.${run}.${kind}`;

const OF_A_HOST = /^([A-Za-z0-9-]{1,64})\.(board|events)$/;

/** What a subject says of a message; undefined: no host has sent it. */
export function historyOf(
  board: string,
  subject: string,
): { readonly run: string; readonly kind: HistoryKind } | undefined {
  const [, run, kind] = OF_A_HOST.exec(subject.slice(`dtbus.${board}.trace.`.length)) ?? [];
  return run === undefined ? undefined : { run, kind: kind as HistoryKind };
}

/** What a host answers: the subject of a user. */
export const CONNECTION = /^dtbus\.[\w-]+\.user\.[\w-]+$/;
/** Where a user hears the host: strangers cannot make it speak anywhere else. */
export const INBOX = /^_INBOX(\.[\w-]+)+$/;
