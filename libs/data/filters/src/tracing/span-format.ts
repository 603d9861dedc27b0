/** How spans are written for a collector. */

import type { Span } from './span.ts';

export interface SpanFormat {
  readonly contentType: string;
  /** One span; joined with others by `batch`. */
  encode(span: Span, serviceName: string): Buffer;
  batch(spans: readonly Buffer[], serviceName: string): Buffer;
}
