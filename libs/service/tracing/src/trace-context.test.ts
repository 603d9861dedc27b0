import { describe, expect, it } from 'vitest';
import { formatTraceparent, newSpanContext, parseTraceparent } from './trace-context.ts';

const traceId = '0af7651916cd43dd8448eb211c80319c';
const spanId = 'b7ad6b7169203331';

describe('a traceparent', () => {
  it('is read and written', () => {
    const context = parseTraceparent(`00-${traceId}-${spanId}-01`, 'vendor=1');
    expect(context).toMatchObject({ traceId, spanId, traceFlags: 1, isRemote: true });
    expect(context?.traceState?.serialize()).toBe('vendor=1');
    expect(context && formatTraceparent(context)).toBe(`00-${traceId}-${spanId}-01`);
  });

  it('of a later version is read as far as it is known', () => {
    expect(parseTraceparent(`01-${traceId}-${spanId}-01-more`)).toMatchObject({ traceId });
  });

  it.each([
    undefined,
    '',
    `00-${traceId}-${spanId}`,
    `00-${traceId}-${spanId}-01-more`,
    `ff-${traceId}-${spanId}-01`,
    `00-${traceId.toUpperCase()}-${spanId}-01`,
    `00-${'0'.repeat(32)}-${spanId}-01`,
    `00-${traceId}-${'0'.repeat(16)}-01`,
    ` 00-${traceId}-${spanId}-01`,
  ])('"%s" is refused', (text) => {
    expect(parseTraceparent(text)).toBeUndefined();
  });

  it('is kept without a tracestate that is too long', () => {
    const context = parseTraceparent(`00-${traceId}-${spanId}-01`, `a=${'x'.repeat(600)}`);
    expect(context).toMatchObject({ traceId });
    expect(context?.traceState).toBeUndefined();
  });

  it('of a new trace is valid', () => {
    expect(parseTraceparent(formatTraceparent(newSpanContext()))).toBeDefined();
  });
});
