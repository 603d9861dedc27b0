/** The bounds of the codec: each is tested. */

export const http2Limits = {
  /** SETTINGS_MAX_CONCURRENT_STREAMS that a server sends; one more is refused. */
  concurrentStreamsMax: 1_024,
  /** Bytes that a peer may send on a new stream before it is credited. */
  streamWindowBytes: 262_144,
  /** The same for the whole connection. */
  connectionWindowBytes: 1_048_576,
  /** What a stream's window grows to at most where the bandwidth-delay product asks for it. */
  streamWindowBytesMax: 4_194_304,
  /** What the connection's window grows to at most. */
  connectionWindowBytesMax: 16_777_216,
  /** What the windows of all streams of a connection may have grown by together. */
  windowGrowthBytesMax: 16_777_216,
  /** Payload of a frame that comes (SETTINGS_MAX_FRAME_SIZE), and of one that is sent, whatever the peer allows. */
  frameBytesMax: 16_384,
  /** A header block as it comes, over all its frames. */
  headerBlockBytesMax: 65_536,
  /** Names, values and 32 for each field (SETTINGS_MAX_HEADER_LIST_SIZE): over it the stream is reset. */
  headerListBytesMax: 61_440,
  headerFieldsMax: 100,
  /** A list that decodes to more than this many times the allowed size ends the connection. */
  headerBombFactor: 16,
  methodBytesMax: 32,
  /** CONTINUATION frames of one header block. */
  continuationFramesMax: 16,
  /** Dynamic table of the decoder (SETTINGS_HEADER_TABLE_SIZE). */
  decoderTableBytes: 4_096,
  /** Dynamic table of the encoder, if the peer allows so much. */
  encoderTableBytesMax: 4_096,
  /** Names that an encoder remembers. */
  encoderNamesMax: 512,
  /** Data that waits for a window or the socket: over it `data` says false; a stream. */
  streamQueueBytes: 65_536,
  /** The same for all streams of a connection together. */
  connectionQueueBytes: 4_194_304,
  /** Blocks of `frameBytesMax` for data that waits, kept for the next; of all connections. */
  waitingBlocksKept: 256,
  /** The buffer that gathers frames until `flush`. */
  gatherBytes: 65_536,
  /** Octets that an output that tells when it has sent may hold before it counts as one that takes no more. */
  aheadBytesMax: 262_144,
  /** Octets made while the output does not take any: over it the connection ends. */
  blockedOutputBytesMax: 1_048_576,
  /** Control frames made while the output does not take any: over it the connection ends. */
  blockedControlFramesMax: 1_000,
  /** Streams that the peer reset, or that we reset for its fault: as many at once, and as many more a second. */
  resetsBurst: 1_000,
  resetsPerSecond: 33,
  settingsBurst: 100,
  settingsPerSecond: 10,
  /** PINGs and frames of unknown types; a frame of data lets one more pass. */
  pingsBurst: 1_000,
  pingsPerSecond: 100,
  /** DATA without a byte and without END_STREAM, in a row. */
  emptyDataFramesMax: 100,
  /** PRIORITY frames for each stream that was opened (and as many to begin with). */
  priorityFramesPerStream: 100,
  /** WINDOW_UPDATE frames to begin with, and for each stream and each frame of data that was sent. */
  windowUpdatesBurst: 1_000,
  windowUpdatesPerFrame: 10,
  /** Streams that ended, remembered to tell late frames from wrong ones. */
  closedStreamsKept: 1_024,
} as const;
