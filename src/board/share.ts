/** The door for what shares a board's buses with other machines. */
export { controlFolder } from './control/place.ts';
export { type BoardShare, openShare } from './share/board-share.ts';
export { isAlive, listenPort, listenUnix, type ShareListener } from './share/share-server.ts';
