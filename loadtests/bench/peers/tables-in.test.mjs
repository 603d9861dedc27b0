import { describe, expect, it } from 'vitest';
import { tablesIn } from './tables-in.mjs';

const line = (facts) => `${JSON.stringify({ level: 'debug', name: 'sidecar', ...facts })}\n`;
const taken = line({ type: 'RDS', changed: 1, removed: 0, msg: 'configuration taken' });
const refused = line({ type: 'RDS', code: 'config_rejected', reason: 'no such cluster', msg: 'configuration refused' });

describe('route tables in the log of a sidecar', () => {
  it('are counted where they were taken, and nothing else is', () => {
    const others =
      line({ type: 'CDS', changed: 2, removed: 0 }) + line({ type: 'RDS', changed: 0, removed: 1 }) + line({});
    expect(tablesIn(taken + others + taken)).toEqual({ taken: 2, refusal: undefined });
  });

  it('are not taken where they were refused, for a reason', () => {
    expect(tablesIn(taken + refused)).toEqual({ taken: 1, refusal: 'no such cluster' });
  });

  it('do not count before their line has ended', () => {
    expect(tablesIn(taken + taken.slice(0, -5))).toEqual({ taken: 1, refusal: undefined });
    expect(tablesIn('')).toEqual({ taken: 0, refusal: undefined });
  });
});
