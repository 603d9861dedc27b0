/** Hostile conversations and plain ends, for tests of whoever serves HTTP/2. */
export { echoSink, startEchoServer } from './echo-server.ts';
export type { HostileConversation } from './hostile-frames.ts';
export { hostileFrames } from './hostile-frames.ts';
export { hostileBlocks, hostileFields, hostilePseudoHeaders } from './hostile-heads.ts';
export { block, frame, opening } from './octets.ts';
export type { Outcome } from './outcome.ts';
export { outcomeOf } from './outcome.ts';
export type { Seen } from './recorder.ts';
export { ConnectionRecorder, StreamRecorder } from './recorder.ts';
export { attachSocket } from './socket.ts';
