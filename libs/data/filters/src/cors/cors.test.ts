/** Cross-origin requests as Envoy 1.40 answers them; the rows were taken from a running one. */

import { fromJson, type JsonValue } from '@bufbuild/protobuf';
import { anyPack } from '@bufbuild/protobuf/wkt';
import { unpack } from '@weft/data-runtime';
import { createSeededRandom } from '@weft/kernel';
import { createMetricRegistry } from '@weft/telemetry';
import { CorsPolicySchema, CorsSchema } from '@weft/xds-messages/envoy/extensions/filters/http/cors/v3/cors';
import { describe, expect, it } from 'vitest';
import { testExchange } from '../testing/exchange.ts';
import { createCorsKind } from './kind.ts';
import table from './testdata/envoy-cases.json' with { type: 'json' };

const registry = createMetricRegistry();
const kind = createCorsKind({ random: createSeededRandom(1), registry });
const clusterRef = () => ({ current: undefined });
const config = anyPack(CorsSchema, fromJson(CorsSchema, {}));
const filter = kind.compile(config, 'cors', { clusterRef, direction: 'inbound', statPrefix: 'p' }, 'test');
const configs = table.configs as Record<string, JsonValue>;

describe('cors', () => {
  for (const row of table.cases) {
    it(`answers ${row.method} ${row.path} ${row.headers.join(' ')} as Envoy does`, () => {
      const fields = row.headers.flatMap((line) => {
        const colon = line.indexOf(':');
        return [line.slice(0, colon), line.slice(colon + 1).trim()];
      });
      const exchange = testExchange({ method: row.method, target: row.path, fields });
      const policy = configs[row.cfg];
      const compiled =
        policy === null || policy === undefined
          ? undefined
          : kind.compilePerRoute?.(
              anyPack(CorsPolicySchema, fromJson(CorsPolicySchema, policy)),
              { clusterRef },
              'test',
            );
      if (policy != null) {
        const packed = anyPack(CorsPolicySchema, fromJson(CorsPolicySchema, policy));
        unpack(packed, CorsPolicySchema, 'test', kind.supported);
      }
      exchange.filterConfig = () => compiled;
      const on = filter?.onRequest?.(exchange);
      expect(on).toBe(row.up);
      if (row.path.endsWith('own')) exchange.responseFields.push('access-control-allow-origin', 'http://own');
      if (!row.up) {
        expect(exchange.outcome).toMatchObject({ status: 200, details: 'cors_response', body: '' });
        exchange.responseFields.push(...exchange.outcome.fields);
      }
      filter?.onResponse?.(exchange);
      const sent: Record<string, string> = {};
      for (let i = 0; i < exchange.responseFields.length; i += 2) {
        sent[exchange.responseFields[i] as string] = exchange.responseFields[i + 1] as string;
      }
      expect(sent).toEqual(row.sent);
    });
  }

  it('counts origins', () => {
    const text = registry.renderPrometheus();
    expect(text).toContain('envoy_http_cors_origin_valid{envoy_http_conn_manager_prefix="p"} 52');
    expect(text).toContain('envoy_http_cors_origin_invalid{envoy_http_conn_manager_prefix="p"} 28');
  });
});
