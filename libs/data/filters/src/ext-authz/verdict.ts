/** What an authoriser says, however it was asked. */

import type { Exchange } from '@weft/data-runtime';
import type { Cancel } from '@weft/kernel';

/** 'append': only to a field that is there; 'add': besides what is there; 'set': instead of it. */
export interface FieldChange {
  readonly name: string;
  readonly value: string;
  readonly how: 'set' | 'append' | 'add' | 'add-if-absent' | 'set-if-present';
}

export type Verdict =
  | {
      readonly kind: 'ok';
      readonly request: readonly FieldChange[];
      /** Lower case; pseudo headers and Host are never removed. */
      readonly remove: readonly string[];
      readonly response: readonly FieldChange[];
      readonly querySet: readonly { readonly key: string; readonly value: string }[];
      readonly queryRemove: readonly string[];
      readonly metadata: Record<string, unknown> | undefined;
    }
  | {
      readonly kind: 'denied';
      readonly status: number;
      /** Flat. */
      readonly fields: readonly string[];
      readonly body: string | Buffer;
      readonly metadata: Record<string, unknown> | undefined;
    }
  | { readonly kind: 'error'; readonly reason: string };

/** What a check is about, besides the exchange. */
export interface CheckInput {
  /** The first part of the body; nothing: it is not sent. */
  readonly body: Buffer | undefined;
  /** There was more of it. */
  readonly partial: boolean;
  readonly contextExtensions: Readonly<Record<string, string>>;
}

/** Asks; `done` is called once, maybe at once, not after the cancel. */
export type Check = (exchange: Exchange, input: CheckInput, done: (verdict: Verdict) => void) => Cancel;

/** Which request headers are sent. */
export type HeaderFilter = (name: string) => boolean;
