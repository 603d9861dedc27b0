import { describe, expect, it } from 'vitest';
import { errorTable } from './table.ts';
import { WeftError } from './weft-error.ts';

describe('the error table', () => {
  it('gives every row a sentence on where to look, a legal status and a legal gRPC code', () => {
    for (const [code, row] of Object.entries(errorTable)) {
      expect(row.lookAt, code).toMatch(/^.{15,}[.?]$/);
      expect(row.httpStatus === 0 || (row.httpStatus >= 400 && row.httpStatus < 600), code).toBe(true);
      expect(row.grpcStatus, code).toBeGreaterThan(0);
      expect(row.grpcStatus, code).toBeLessThan(17);
    }
  });

  it('keeps the cause of an error and gives its row', () => {
    const cause = new Error('ECONNREFUSED');
    const error = new WeftError('upstream_connect_failed', '127.0.0.1:1', cause);
    expect(error.cause).toBe(cause);
    expect(error.row.responseFlag).toBe('UF');
  });
});
