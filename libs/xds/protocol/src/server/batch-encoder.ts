/** Encoded once, shared by all: the bytes of batches that many streams are sent at about the same time. */

import type { Cancel, Clock } from '@weft/kernel';
import type { Batch } from './map-difference.ts';
import type { EncodeBatch, Variant } from './variant.ts';

export interface BatchEncoder {
  /** For one form of the protocol. */
  of(variant: Pick<Variant<never>, 'form' | 'encodeBatch'>): EncodeBatch;
  /** Bytes kept now. */
  size(): number;
}

interface Kept {
  readonly bytes: Uint8Array;
  used: boolean;
}

/** How long what nobody asks for is kept, milliseconds: at most twice this. */
export const encodingIdleMs = 5_000;

/** @param bytesMax kept in all; the longest unused goes first, and what is larger is not kept. */
export function createBatchEncoder(bytesMax: number, clock: Clock): BatchEncoder {
  const forms = { sotw: new Map<Batch, Kept>(), delta: new Map<Batch, Kept>() };
  /** Asked for once: most of what one proxy has for itself is never asked for again. */
  const seen = { sotw: new WeakSet<Batch>(), delta: new WeakSet<Batch>() };
  let total = 0;
  let sweeping: Cancel | undefined;

  const drop = (kept: Map<Batch, Kept>, batch: Batch): void => {
    total -= kept.get(batch)?.bytes.length ?? 0;
    kept.delete(batch);
  };

  const sweep = (): void => {
    for (const kept of [forms.sotw, forms.delta]) {
      for (const [batch, entry] of kept) {
        if (!entry.used) drop(kept, batch);
        entry.used = false;
      }
    }
    if (total > 0) return;
    sweeping?.();
    sweeping = undefined;
  };

  const keep = (kept: Map<Batch, Kept>, batch: Batch, bytes: Uint8Array): void => {
    if (bytes.length > bytesMax) return;
    kept.set(batch, { bytes, used: true });
    total += bytes.length;
    sweeping ??= clock.every(encodingIdleMs, sweep);
    for (const other of [kept, forms.sotw, forms.delta]) {
      for (const oldest of other.keys()) {
        if (total <= bytesMax) return;
        if (oldest === batch) break;
        drop(other, oldest);
      }
    }
  };

  return {
    of: (variant) => (batch, typeUrl) => {
      const kept = forms[variant.form];
      const known = kept.get(batch);
      if (known !== undefined) {
        known.used = true;
        kept.delete(batch);
        kept.set(batch, known);
        return known.bytes;
      }
      const bytes = variant.encodeBatch(batch, typeUrl);
      if (!batch.shared) return bytes;
      if (seen[variant.form].has(batch)) keep(kept, batch, bytes);
      seen[variant.form].add(batch);
      return bytes;
    },
    size: () => total,
  };
}
