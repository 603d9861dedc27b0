/** Tokens good and bad as Envoy 1.40 answers them; the rows were taken from a running one. */

import { createManualClock } from '@weft/kernel';
import { describe, expect, it } from 'vitest';
import { realmPathMax } from './jwt-authn.ts';
import table from './testdata/envoy-cases.json' with { type: 'json' };
import { testCallouts, testFilter, testRequest } from './testing/table.ts';
import { testTokens } from './testing/tokens.ts';

interface Case {
  readonly cfg: string;
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly headers: readonly string[];
  readonly status: number;
  readonly body?: string;
  readonly www?: string;
  readonly up?: { readonly u: string; readonly h: Readonly<Record<string, string>> };
}

const now = 1_795_270_000;
const tokens = testTokens(now);
const configs = table.configs as Record<string, unknown>;

function fill(text: string): string {
  return text.replace(/<(\w+)(\.payload)?>/g, (whole, name: string, payload?: string) => {
    const token = tokens[name];
    if (token === undefined) return whole;
    return payload === undefined ? token : (token.split('.')[1] ?? '');
  });
}

describe('jwt-authn', () => {
  for (const row of table.cases as readonly Case[]) {
    it(`answers ${row.cfg} ${row.name} as Envoy does: ${row.status} ${row.body ?? ''}`, () => {
      const { filter } = testFilter(configs[row.cfg], testCallouts(), createManualClock(now * 1_000));
      const exchange = testRequest(row.method, fill(row.path), row.headers.map(fill));
      exchange.scheme = 'http';
      const on = filter.onRequest?.(exchange);
      const { outcome } = exchange;
      if (row.status === 200) {
        expect(outcome).toMatchObject({ kind: 'none', body: '' });
        expect(on).toBe(true);
        const sent: Record<string, string> = {};
        const { fields } = exchange.request;
        for (let i = 0; i < fields.length; i += 2)
          sent[fields[i] as string] = exchange.request.header(fields[i] as string) ?? '';
        const { 'content-length': _, ...wanted } = row.up?.h ?? {};
        expect(sent).toEqual(Object.fromEntries(Object.entries(wanted).map(([name, value]) => [name, fill(value)])));
        expect(exchange.hasQuery ? `${exchange.path}?${exchange.query}` : exchange.path).toBe(fill(row.up?.u ?? ''));
        return;
      }
      expect(on).toBe(false);
      expect(outcome).toMatchObject({ kind: 'answer', status: row.status, body: row.body ?? '' });
      const [, realm] = outcome.fields;
      expect(realm?.replace(/access_token=ey[^"]*/, 'access_token=<cut>')).toBe(row.www);
      if (row.cfg !== 'strip') {
        expect(outcome.details).toBe(`jwt_authn_access_denied{${row.body?.replaceAll(' ', '_')}}`);
      }
    });
  }

  it('names no more of a long path in the realm than its bound', () => {
    const { filter } = testFilter(configs[(table.cases as readonly Case[])[0]?.cfg ?? ''], testCallouts());
    const exchange = testRequest('GET', `/${'a'.repeat(realmPathMax)}`, []);
    exchange.scheme = 'http';
    filter.onRequest?.(exchange);
    expect(exchange.outcome.fields[1]).toBe(`Bearer realm="http://a.test/${'a'.repeat(realmPathMax - 1)}"`);
  });
});
