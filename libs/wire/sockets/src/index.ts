/** What sockets can do and Node does not say. Linux only; elsewhere each says that it is not to be had. */
export { releaseFilePages } from './file-pages.ts';
export { originalDestination } from './original-destination.ts';
export type { ParkedSocket } from './shared-port.ts';
export { listenShared, parkShared } from './shared-port.ts';
