export * from './core.ts';
export type { TimeGate } from './time-travel/calendar.ts';
export { TimeServer } from './time-travel/time-server.ts';
export { EventLoop } from './vhost-user/event-loop.ts';
export { VhostUserFrontEnd } from './vhost-user/front-end/front-end.ts';
export type { Limits } from './vhost-user/limits.ts';
export { VhostUserError } from './vhost-user/messages/message.ts';
export { BackEndServer, type ServerOptions } from './vhost-user/server/server.ts';
