export { type Announcement, type Directory, type ListedBoard, listBoards, shareOver } from './directory.ts';
export { History, type KeptMessage } from './history/history.ts';
export type { HistorySource } from './history/history-writer.ts';
export type { NatsServer, TlsFiles } from './server.ts';
export { type NatsPlace, natsStream } from './user-stream.ts';
