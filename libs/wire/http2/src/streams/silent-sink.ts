/** Hears of a stream that nobody listens to any more. */

import type { Http2StreamSink } from '../connection.types.ts';

const nothing = (): void => undefined;

export const silent: Http2StreamSink = {
  onHead: nothing,
  onInformational: nothing,
  onData: nothing,
  onTrailers: nothing,
  onDrain: nothing,
  onReset: nothing,
};
