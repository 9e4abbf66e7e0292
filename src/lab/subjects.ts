/** The name under which `$SRV` lists hosts. */
export const SERVICE = 'dtbus';
/** Names of boards on a server: a subject is made of them. */
export const BOARD_NAME = /^[A-Za-z0-9_][A-Za-z0-9_-]{0,63}$/;

/** Where users ask for a stream to a board. */
export const openSubject = (board: string): string => `dtbus.${board}.open`;
/** Where the host hears one user. @param id known to that user alone */
export const userSubject = (board: string, id: string): string => `dtbus.${board}.user.${id}`;

/** What a host answers: the subject of a user. */
export const CONNECTION = /^dtbus\.[\w-]+\.user\.[\w-]+$/;
/** Where a user hears the host: strangers cannot make it speak anywhere else. */
export const INBOX = /^_INBOX(\.[\w-]+)+$/;
