/** Encoded once, shared by all: the bytes of batches that many streams are sent. */

import type { Batch } from './map-difference.ts';
import type { EncodeBatch, Variant } from './variant.ts';

export interface BatchEncoder {
  /** For one form of the protocol. */
  of(variant: Pick<Variant<never>, 'form' | 'encodeBatch'>): EncodeBatch;
  /** Bytes kept now. */
  size(): number;
}

/** @param bytesMax kept in all; the longest unused goes first, and what is larger is not kept. */
export function createBatchEncoder(bytesMax: number): BatchEncoder {
  const forms = { sotw: new Map<Batch, Uint8Array>(), delta: new Map<Batch, Uint8Array>() };
  let total = 0;

  const keep = (kept: Map<Batch, Uint8Array>, batch: Batch, bytes: Uint8Array): void => {
    if (bytes.length > bytesMax) return;
    kept.set(batch, bytes);
    total += bytes.length;
    for (const other of [kept, forms.sotw, forms.delta]) {
      for (const [oldest, { length }] of other) {
        if (total <= bytesMax) return;
        if (oldest === batch) break;
        other.delete(oldest);
        total -= length;
      }
    }
  };

  return {
    of: (variant) => (batch, typeUrl) => {
      if (!batch.shared) return variant.encodeBatch(batch, typeUrl);
      const kept = forms[variant.form];
      const known = kept.get(batch);
      const bytes = known ?? variant.encodeBatch(batch, typeUrl);
      if (known === undefined) keep(kept, batch, bytes);
      else {
        kept.delete(batch);
        kept.set(batch, known);
      }
      return bytes;
    },
    size: () => total,
  };
}
