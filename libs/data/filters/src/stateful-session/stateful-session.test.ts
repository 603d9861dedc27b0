/** Stateful sessions; cookies, headers and paths were taken from a running Envoy 1.40. */

import { create } from '@bufbuild/protobuf';
import { type Any, anyPack } from '@bufbuild/protobuf/wkt';
import { type Endpoint, filterDisabled, type HttpFilter } from '@weft/data-runtime';
import { createManualClock } from '@weft/kernel';
import {
  StatefulSessionPerRouteSchema,
  StatefulSessionSchema,
} from '@weft/xds-messages/envoy/extensions/filters/http/stateful_session/v3/stateful_session';
import { CookieBasedSessionStateSchema } from '@weft/xds-messages/envoy/extensions/http/stateful_session/cookie/v3/cookie';
import { HeaderBasedSessionStateSchema } from '@weft/xds-messages/envoy/extensions/http/stateful_session/header/v3/header';
import { describe, expect, it } from 'vitest';
import { testExchange } from '../testing/exchange.ts';
import { createStatefulSessionKind } from './kind.ts';

/** Before the moment that Envoy's cookie ends. */
const nowMs = 1_795_275_256_000;
const clusterRef = () => ({ current: undefined });

function cookieState(cookie: { name: string; path?: string; ttl?: { seconds: bigint } }): Any {
  return anyPack(CookieBasedSessionStateSchema, create(CookieBasedSessionStateSchema, { cookie }));
}

function headerState(name: string): Any {
  return anyPack(HeaderBasedSessionStateSchema, create(HeaderBasedSessionStateSchema, { name }));
}

function setUp(typedConfig: Any | undefined, strict = false) {
  const clock = createManualClock(nowMs);
  const kind = createStatefulSessionKind({ clock });
  const sessionState = typedConfig === undefined ? {} : { sessionState: { name: 's', typedConfig } };
  const config = anyPack(StatefulSessionSchema, create(StatefulSessionSchema, { ...sessionState, strict }));
  const filter = kind.compile(config, 'f', { clusterRef, direction: 'inbound', statPrefix: 'p' }, 'test');
  if (filter === undefined) throw new Error('no filter');
  return { clock, kind, filter };
}

function run(filter: HttpFilter, target: string, fields: readonly string[], hostPort: string, own?: unknown) {
  const exchange = testExchange({ target, fields });
  exchange.filterConfig = () => own;
  expect(filter.onRequest?.(exchange)).toBe(true);
  exchange.endpoint = { hostPort } as Endpoint;
  filter.onResponse?.(exchange);
  return {
    wanted: exchange.state.get('weft.override_host'),
    strict: exchange.state.has('weft.override_host_strict'),
    fields: exchange.responseFields,
  };
}

const lasting = { name: 'sess', path: '/p', ttl: { seconds: 120n } };
const address = '127.0.0.1:20092';
const plain = Buffer.from(address).toString('base64');

describe('a session in a cookie', () => {
  it('is written as Envoy writes it, and read again', () => {
    const { filter } = setUp(cookieState(lasting));
    const begun = run(filter, '/p/x?q', [], address);
    expect(begun.wanted).toBeUndefined();
    const [name, cookie = ''] = begun.fields;
    expect(name).toBe('set-cookie');
    // Envoy's, but for the time at its end.
    expect(cookie).toMatch(
      /^sess="Cg8xMjcuMC4wLjE6MjAwOTIQ[A-Za-z0-9+/]{6}[A-Za-z0-9+/=]{2}"; Max-Age=120; Path=\/p; HttpOnly$/,
    );
    const again = run(filter, '/p', ['cookie', `a=b; ${cookie.split(';')[0]}`], address);
    expect([again.wanted, again.fields]).toEqual([address, []]);
  });

  it('is read from what Envoy wrote', () => {
    const { clock, filter } = setUp(cookieState(lasting));
    const fields = ['cookie', 'sess="Cg8xMjcuMC4wLjE6MjAwOTIQ+PWG2AY="'];
    expect(run(filter, '/p', fields, address).wanted).toBe(address);
    clock.advance(1_000_000_000);
    expect(run(filter, '/p', fields, address).wanted).toBeUndefined();
  });

  it('goes to the endpoint that took the request instead', () => {
    const { fields, wanted } = run(
      setUp(cookieState(lasting)).filter,
      '/p',
      ['cookie', `sess=${plain}`],
      '127.0.0.1:20093',
    );
    expect(wanted).toBe(address);
    expect(fields[1]).toContain('sess="Cg8xMjcuMC4wLjE6MjAwOTMQ');
  });

  it('holds for its path only', () => {
    const { filter } = setUp(cookieState(lasting));
    for (const target of ['/', '/px', '/other']) {
      expect(run(filter, target, ['cookie', `sess=${plain}`], address)).toEqual({
        wanted: undefined,
        strict: false,
        fields: [],
      });
    }
  });

  it('lasts as long as the browser where it has no ttl', () => {
    const { fields } = run(setUp(cookieState({ name: 'sess' })).filter, '/', [], address);
    expect(fields).toEqual(['set-cookie', 'sess="Cg8xMjcuMC4wLjE6MjAwOTI="; HttpOnly']);
  });

  it('that says nothing sensible begins anew', () => {
    const { filter } = setUp(cookieState(lasting), true);
    for (const value of ['!!!', '', 'Cg', 'Cv8xMjc=', Buffer.from('evil\r\n:1').toString('base64')]) {
      const { wanted, strict, fields } = run(filter, '/p', ['cookie', `sess=${value}`], address);
      expect([wanted, strict, fields.length]).toEqual([undefined, false, 2]);
    }
  });
});

describe('a session in a header', () => {
  it('is written and read', () => {
    const { filter } = setUp(headerState('X-Sess'));
    expect(run(filter, '/', [], address).fields).toEqual(['x-sess', plain]);
    expect(run(filter, '/', ['x-sess', plain], address)).toEqual({ wanted: address, strict: false, fields: [] });
    expect(run(filter, '/', ['x-sess', plain], '127.0.0.1:20093').fields).toEqual(['x-sess', 'MTI3LjAuMC4xOjIwMDkz']);
  });

  it('may be strict', () => {
    expect(run(setUp(headerState('x-sess'), true).filter, '/', ['x-sess', plain], address).strict).toBe(true);
  });

  it('may come from the route, or be turned off by it', () => {
    const { kind, filter } = setUp(undefined);
    const perRoute = (override: Parameters<typeof create<typeof StatefulSessionPerRouteSchema>>[1]) =>
      kind.compilePerRoute?.(
        anyPack(StatefulSessionPerRouteSchema, create(StatefulSessionPerRouteSchema, override)),
        { clusterRef },
        'x',
      );
    expect(run(filter, '/', ['x-sess', plain], address).wanted).toBeUndefined();
    const sessionState = { name: 's', typedConfig: headerState('x-sess') };
    const own = perRoute({ override: { case: 'statefulSession', value: { sessionState } } });
    expect(run(filter, '/', ['x-sess', plain], address, own).wanted).toBe(address);
    const off = perRoute({ override: { case: 'disabled', value: true } });
    expect(off).toBe(filterDisabled);
    expect(run(setUp(headerState('x-sess')).filter, '/', ['x-sess', plain], address, off).wanted).toBeUndefined();
  });

  it('is refused where its name cannot be one', () => {
    expect(() => setUp(headerState('a b'))).toThrow('header name');
    expect(() => setUp(cookieState({ name: '' }))).toThrow('cookie name');
  });
});
