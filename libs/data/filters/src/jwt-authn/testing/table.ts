/** Runs one row of the table of Envoy's answers on the filter. */

import { fromJson } from '@bufbuild/protobuf';
import { anyPack } from '@bufbuild/protobuf/wkt';
import { type CalloutAnswer, type Callouts, unpack } from '@weft/data-runtime';
import { createManualClock, createSeededRandom } from '@weft/kernel';
import { createMetricRegistry } from '@weft/telemetry';
import { JwtAuthenticationSchema } from '@weft/xds-messages/envoy/extensions/filters/http/jwt_authn/v3/config';
import { type TestExchange, testExchange } from '../../testing/exchange.ts';
import { createJwtAuthnKind } from '../kind.ts';
import { jwks } from './tokens.ts';

/** A key server: answers by path, at once. */
export function testCallouts(): Callouts & { readonly sent: string[] } {
  const sent: string[] = [];
  const answer = (status: number, body: string): CalloutAnswer => ({
    status,
    fields: [],
    trailers: [],
    body: Buffer.from(body),
  });
  return {
    sent,
    send({ target }, done) {
      sent.push(target);
      if (target.startsWith('/ok')) done(answer(200, jwks));
      else if (target === '/bad') done(answer(200, '{bad'));
      else if (target === '/500') done(answer(500, ''));
      else done({ code: 'upstream_timeout', reason: '' });
      return () => {};
    },
  };
}

export function testFilter(config: unknown, callouts: Callouts = testCallouts(), clock = createManualClock()) {
  const text = JSON.stringify(config).replaceAll('"<jwks>"', JSON.stringify(jwks));
  const message = fromJson(JwtAuthenticationSchema, JSON.parse(text));
  const registry = createMetricRegistry();
  const kind = createJwtAuthnKind({ clock, random: createSeededRandom(1), callouts, registry });
  const clusterRef = () => ({ current: undefined });
  const context = { clusterRef, direction: 'inbound', statPrefix: 'p' } as const;
  unpack(anyPack(JwtAuthenticationSchema, message), JwtAuthenticationSchema, 'test', kind.supported);
  const filter = kind.compile(anyPack(JwtAuthenticationSchema, message), 'jwt', context, 'test');
  if (filter === undefined) throw new Error('no filter');
  return { filter, registry, clock, kind };
}

/** "name: value" lines as a request's. */
export function testRequest(method: string, target: string, headers: readonly string[]): TestExchange {
  const fields = headers.flatMap((line) => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon), line.slice(colon + 1).trim()];
  });
  // Envoy's codec joins fields of one name only where it is asked; trailing space is cut by the codec.
  return testExchange({ method, target, authority: 'a.test', fields, peerUri: undefined });
}
