/** What is good of an update that was refused: the server holds all of it for sent and will not send the good part again. */

import type { ResourceUpdate } from './types.ts';

/** Offers ever smaller parts, and what was removed, until only the resources that are themselves refused are left. @param take false: the part was refused. */
export function salvage(update: ResourceUpdate, take: (part: ResourceUpdate) => boolean): void {
  const { typeUrl, changed, removed } = update;
  const offer = (part: ResourceUpdate): void => {
    if (!take(part) && part.changed.length > 1) split(part);
  };
  const split = ({ changed: all }: ResourceUpdate): void => {
    const middle = all.length >> 1;
    offer({ typeUrl, changed: all.slice(0, middle), removed: [] });
    offer({ typeUrl, changed: all.slice(middle), removed: [] });
  };
  if (removed.length === 0) {
    if (changed.length > 1) split(update);
    return;
  }
  if (changed.length === 0) return;
  take({ typeUrl, changed: [], removed });
  offer({ typeUrl, changed, removed: [] });
}
