/** Which virtual host takes a request: the order of domains, letters, ports. */

import type { JsonObject } from '@bufbuild/protobuf';
import type { CaseRequest, TrafficCase } from '../traffic-case.ts';
import { all } from './short.ts';

const host = (domains: readonly string[], cluster: string): JsonObject => ({
  name: domains.join(),
  domains: [...domains],
  routes: [all(cluster)],
});
const hosts = (...virtual_hosts: readonly JsonObject[]): JsonObject => ({ virtual_hosts: [...virtual_hosts] });
const asks = (name: string, endpoint: 'a' | 'b' | 'c'): CaseRequest => ({
  send: 'GET /',
  host: name,
  see: { status: 200, endpoint },
});
const misses = (name: string): CaseRequest => ({
  send: 'GET /',
  host: name,
  see: { status: 404, flag: 'NR', details: 'route_not_found' },
});

export const hostCases: readonly TrafficCase[] = [
  {
    name: 'an exact domain goes before a suffix, a suffix before a prefix, a prefix before all',
    routeConfig: hosts(
      { name: 'all', domains: ['*'], routes: [{ match: { prefix: '/' }, direct_response: { status: 201 } }] },
      host(['shop.*'], 'c'),
      host(['*.example.com'], 'b'),
      host(['shop.example.com'], 'a'),
    ),
    requests: [
      asks('shop.example.com', 'a'),
      asks('other.example.com', 'b'),
      asks('shop.example.org', 'c'),
      asks('shop.x.example.com', 'b'),
      { send: 'GET /', host: 'else', see: { status: 201 } },
    ],
  },
  {
    name: 'the longest wildcard wins, in any order',
    routeConfig: hosts(host(['*.com', 'a.*'], 'c'), host(['*.b.com'], 'b'), host(['*.a.b.com', 'a.b.*'], 'a')),
    requests: [asks('x.com', 'c'), asks('x.b.com', 'b'), asks('x.a.b.com', 'a'), asks('a.b.x', 'a'), asks('a.x', 'c')],
  },
  {
    name: 'a suffix wildcard needs something in its place, a dash counts as any character',
    routeConfig: hosts(host(['*.example.com'], 'a'), host(['*-x.org'], 'b'), host(['p-*'], 'c')),
    requests: [
      asks('y.example.com', 'a'),
      misses('example.com'),
      misses('.example.com'),
      asks('y-x.org', 'b'),
      misses('-x.org'),
      asks('p-1', 'c'),
      misses('p-'),
    ],
  },
  {
    name: 'hosts are compared without case',
    routeConfig: hosts(host(['Shop.Example', '*.Suffix'], 'a')),
    requests: [asks('SHOP.example', 'a'), asks('x.SUFFIX', 'a')],
  },
  {
    name: 'a port is part of the host',
    routeConfig: hosts(host(['shop.example'], 'a'), host(['shop.example:8080'], 'b'), host(['*:9090'], 'c')),
    requests: [
      asks('shop.example', 'a'),
      asks('shop.example:8080', 'b'),
      asks('any:9090', 'c'),
      misses('shop.example:80'),
      misses('shop.example:443'),
    ],
  },
  {
    name: 'ignore_port_in_host_matching compares the host without its port and sends it on with it',
    routeConfig: { ...hosts(host(['shop.example'], 'a'), host(['[::1]'], 'b')), ignore_port_in_host_matching: true },
    requests: [
      { send: 'GET /', host: 'shop.example:8080', see: { endpoint: 'a', authority: 'shop.example:8080' } },
      { send: 'GET /', host: '[::1]:8080', see: { endpoint: 'b', authority: '[::1]:8080' } },
      asks('[::1]', 'b'),
    ],
  },
  {
    name: 'strip_any_host_port takes the port off the host',
    routeConfig: hosts(host(['shop.example'], 'a')),
    manager: { strip_any_host_port: true },
    requests: [{ send: 'GET /', host: 'shop.example:8080', see: { endpoint: 'a', authority: 'shop.example' } }],
  },
  {
    name: 'strip_trailing_host_dot takes the last dot off the host',
    routeConfig: hosts(host(['shop.example'], 'a'), host(['shop.example:8080'], 'b')),
    manager: { strip_trailing_host_dot: true },
    requests: [
      { send: 'GET /', host: 'shop.example.', see: { endpoint: 'a', authority: 'shop.example' } },
      { send: 'GET /', host: 'shop.example.:8080', see: { endpoint: 'b', authority: 'shop.example:8080' } },
    ],
  },
  {
    name: 'a host with a trailing dot is another host',
    routeConfig: hosts(host(['shop.example'], 'a')),
    requests: [misses('shop.example.')],
  },
  {
    name: 'a host without a matching route does not fall back to *',
    routeConfig: hosts(
      { name: 'shop', domains: ['shop.example'], routes: [{ match: { path: '/only' }, route: { cluster: 'a' } }] },
      host(['*'], 'b'),
    ),
    requests: [misses('shop.example'), asks('else', 'b')],
  },
  {
    name: 'an empty table answers 404 with NR',
    routeConfig: hosts(),
    requests: [misses('any')],
  },
  {
    name: 'the authority of HTTP/2 finds the host as Host does',
    routeConfig: hosts(host(['shop.example'], 'a'), host(['*'], 'b')),
    requests: [
      { ...asks('shop.example', 'a'), http2: true },
      { ...asks('SHOP.example', 'a'), http2: true },
      { ...asks('else', 'b'), http2: true },
    ],
  },
];
