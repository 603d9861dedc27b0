/** Memory that only starting needed goes back to the system once. */

import type { Cancel, Clock, Part } from '@weft/kernel';
import { releaseFilePages } from '@weft/sockets';
import type { Logger } from '@weft/telemetry';

/** After the start: by then configurations are compiled and the hot code is. */
const releaseAfterMs = 5_000;

/** Half of a fresh sidecar's resident memory is pages of Node's program file. */
export function startUpPages(clock: Clock, log: Pick<Logger, 'debug'>): Part {
  let cancel: Cancel = () => {};
  return {
    name: 'start-up pages',
    start() {
      cancel = clock.after(releaseAfterMs, () => {
        log.debug({ kilobytes: releaseFilePages() }, 'gave back pages that only the start needed');
      });
    },
    stop: () => cancel(),
  };
}
