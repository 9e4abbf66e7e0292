export * from './core.ts';
export {
  BackEnd,
  type BackEndOptions,
  type ProtocolOptions,
  protocolFeatures,
} from './vhost-user/back-end.ts';
export { EventLoop, type EventLoopOptions, type Service } from './vhost-user/event-loop.ts';
export { type FrontEndOptions, VhostUserFrontEnd } from './vhost-user/front-end.ts';
export { VhostUserError } from './vhost-user/message.ts';
export { BackEndServer, type Connection, type ServerOptions } from './vhost-user/server.ts';
