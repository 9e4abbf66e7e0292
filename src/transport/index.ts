export * from './core.ts';
export {
  type ConnectionOptions,
  type ProtocolOptions,
  VhostUserConnection,
} from './vhost-user/connection/connection.ts';
export { EventLoop, type EventLoopOptions, type Service } from './vhost-user/event-loop.ts';
export { type FrontEndOptions, VhostUserFrontEnd } from './vhost-user/front-end/front-end.ts';
export { DEFAULT_LIMITS, type Limits } from './vhost-user/limits.ts';
export { VhostUserError } from './vhost-user/messages/message.ts';
export { BackEndServer, type Connection, type ServerOptions } from './vhost-user/server/server.ts';
