/** Redirects and direct responses. */

import { describe, expect, it } from 'vitest';
import { directResponseBytesMax } from '../limits.ts';
import { exchange, onlyRoute, refusal, request, tableOf } from './testing/route-fixtures.ts';

function locationOf(redirect: object, words: string, scheme: string): string {
  const { action } = onlyRoute({ redirect: redirect as Record<string, string> });
  if (action.kind !== 'redirect') throw new Error(action.kind);
  return action.location(exchange(words, [], { scheme }));
}

describe('a redirect', () => {
  it.each([
    ['the host', { host_redirect: 'new' }, 'GET a:80/x?y=1', 'http', 'http://new/x?y=1'],
    ['to https, without the old default port', { https_redirect: true }, 'GET a:80/x', 'http', 'https://a/x'],
    ['to https, with a port of its own', { https_redirect: true }, 'GET a:8080/x', 'http', 'https://a:8080/x'],
    [
      'the scheme and the port',
      { scheme_redirect: 'https', port_redirect: 443 },
      'GET a:80/x',
      'http',
      'https://a:443/x',
    ],
    ['the port', { port_redirect: 8443 }, 'GET a:80/x', 'http', 'http://a:8443/x'],
    ['the port of an IPv6 host', { port_redirect: 8443 }, 'GET [::1]:80/x', 'http', 'http://[::1]:8443/x'],
    ['nothing but the scheme that it was', { scheme_redirect: 'http' }, 'GET a:80/x', 'http', 'http://a:80/x'],
    ['the path', { path_redirect: '/n' }, 'GET a/x?y=1', 'http', 'http://a/n?y=1'],
    ['the path, an empty query kept', { path_redirect: '/n' }, 'GET a/x?', 'http', 'http://a/n?'],
    [
      'the path with its own query',
      { path_redirect: '/n?z', strip_query: true },
      'GET a/x?y=1',
      'http',
      'http://a/n?z',
    ],
    [
      'the prefix, without the query',
      { prefix_rewrite: '/n/', strip_query: true },
      'GET a/x?y',
      'https',
      'https://a/n/x',
    ],
    [
      'by regex',
      { regex_rewrite: { pattern: { regex: '^/x/(\\d+)' }, substitution: '/y/\\1' } },
      'GET a/x/12/z?q',
      'http',
      'http://a/y/12/z?q',
    ],
  ])('changes %s', (_name, redirect, words, scheme, location) => {
    expect(locationOf(redirect, words, scheme)).toBe(location);
  });

  it.each([
    ['MOVED_PERMANENTLY', 301],
    ['FOUND', 302],
    ['SEE_OTHER', 303],
    ['TEMPORARY_REDIRECT', 307],
    ['PERMANENT_REDIRECT', 308],
  ])('has status %s', (response_code, status) => {
    expect(onlyRoute({ redirect: { response_code } }).action).toMatchObject({ kind: 'redirect', status });
  });

  it('is refused with a scheme that is none', () => {
    expect(refusal(() => onlyRoute({ redirect: { scheme_redirect: '1 x' } }))).toContain(
      'scheme_redirect is no scheme',
    );
  });
});

describe('require_tls', () => {
  const host = { name: 'h', domains: ['*'], routes: [{ match: { prefix: '/' }, route: { cluster: 'a' } }] };

  it('turns every request in clear to https, its port kept', () => {
    const table = tableOf([{ ...host, require_tls: 'ALL' }]);
    const route = table.match(request('GET a:80/x'));
    if (route?.action.kind !== 'redirect') throw new Error('no redirect');
    expect(route.action.status).toBe(301);
    expect(route.action.location(exchange('GET a:80/x?y'))).toBe('https://a:80/x?y');
    expect(table.match(request('GET a/', { 'x-forwarded-proto': 'https' }))?.action.kind).toBe('forward');
    expect(table.match({ ...request('GET a/'), scheme: 'https' })?.action.kind).toBe('forward');
  });

  it('spares requests of the mesh where it is for external ones', () => {
    const table = tableOf([{ ...host, require_tls: 'EXTERNAL_ONLY' }]);
    expect(table.match(request('GET a/'))?.action.kind).toBe('redirect');
    expect(table.match(request('GET a/', { 'x-envoy-internal': 'true' }))?.action.kind).toBe('forward');
  });
});

describe('a direct response', () => {
  const direct = (inline_string: string) => ({ direct_response: { status: 418, body: { inline_string } } });

  it('has its status and body', () => {
    expect(onlyRoute(direct('tea')).action).toEqual({ kind: 'direct', status: 418, body: 'tea' });
    const bytes = { direct_response: { status: 200, body: { inline_bytes: 'dGVh' } } };
    expect(onlyRoute(bytes).action).toMatchObject({ kind: 'direct', status: 200, octets: Buffer.from('tea') });
  });

  it('is refused over its bound, which the table may move', () => {
    const most = 'x'.repeat(directResponseBytesMax);
    expect(onlyRoute(direct(most)).action.kind).toBe('direct');
    expect(refusal(() => onlyRoute(direct(`${most}x`)))).toContain('direct_response.body is over 4096 bytes');
    const change = { max_direct_response_body_size_bytes: 2 };
    expect(refusal(() => onlyRoute(direct('abc'), {}, change))).toContain('direct_response.body is over 2 bytes');
  });

  it('is refused for what it does not read', () => {
    const file = { direct_response: { status: 200, body: { filename: '/etc/hostname' } } };
    expect(refusal(() => onlyRoute(file))).toContain('direct_response.body: filename is not supported');
    expect(refusal(() => onlyRoute({ direct_response: { status: 99 } }))).toContain('direct_response.status 99');
  });
});
