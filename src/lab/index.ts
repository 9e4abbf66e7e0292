export { type Announcement, type Directory, type ListedBoard, listBoards, shareOver } from './directory.ts';
export { History, type KeptMessage } from './history/history.ts';
export type { HistorySource } from './history/history-source.ts';
export type { NatsServer, TlsFiles } from './nats-server.ts';
export { type NatsPlace, natsStream } from './user-stream.ts';
