/** Which route takes a request by its header fields and cookies. */

import type { JsonObject } from '@bufbuild/protobuf';
import type { CaseRequest, TrafficCase } from '../traffic-case.ts';
import { to, when } from './short.ts';

const by = (matcher: JsonObject): readonly JsonObject[] => when({ headers: [{ name: 'x-v', ...matcher }] });
const hit = (...headers: readonly string[]): CaseRequest => ({ send: 'GET /', headers, see: { endpoint: 'a' } });
const miss = (...headers: readonly string[]): CaseRequest => ({ send: 'GET /', headers, see: { endpoint: 'b' } });

export const matchFieldCases: readonly TrafficCase[] = [
  {
    name: 'an exact field value is compared with case',
    routes: by({ string_match: { exact: 'Blue' } }),
    requests: [hit('X-V: Blue'), hit('x-v:   Blue  '), miss('x-v: blue'), miss('x-v: Blueish'), miss()],
  },
  {
    name: 'ignore_case compares a field value without case',
    routes: by({ string_match: { exact: 'Blue', ignore_case: true } }),
    requests: [hit('x-v: bLUE'), miss('x-v: red')],
  },
  {
    name: 'a field matches by prefix, suffix and part',
    routes: when({
      headers: [
        { name: 'x-p', string_match: { prefix: 'ab' } },
        { name: 'x-s', string_match: { suffix: 'yz' } },
        { name: 'x-c', string_match: { contains: 'mid' } },
      ],
    }),
    requests: [
      hit('x-p: abc', 'x-s: xyz', 'x-c: a-mid-b'),
      hit('x-p: ab', 'x-s: yz', 'x-c: mid'),
      miss('x-p: Ab', 'x-s: yz', 'x-c: mid'),
      miss('x-p: ab', 'x-s: yz'),
    ],
  },
  {
    name: 'a regex must match the whole field value',
    routes: by({ string_match: { safe_regex: { regex: 'v[0-9]+' } } }),
    requests: [hit('x-v: v12'), miss('x-v: v12b'), miss('x-v: av12'), miss()],
  },
  {
    name: 'a range has its start and not its end, and takes whole numbers only',
    routes: by({ range_match: { start: '-5', end: '10' } }),
    requests: [
      hit('x-v: -5'),
      hit('x-v: 9'),
      miss('x-v: 10'),
      miss('x-v: 9.5'),
      miss('x-v: 0x1'),
      miss('x-v: x'),
      hit('x-v: +3'),
      miss('x-v:'),
    ],
  },
  {
    name: 'presence is asked of a field, empty or not',
    routes: by({ present_match: true }),
    requests: [hit('x-v: 1'), hit('x-v:'), miss('x-w: 1')],
  },
  {
    name: 'absence is asked of a field',
    routes: by({ present_match: false }),
    requests: [hit(), miss('x-v:')],
  },
  {
    name: 'an inverted match needs the field to be there',
    routes: by({ string_match: { exact: 'blue' }, invert_match: true }),
    requests: [hit('x-v: red'), miss('x-v: blue'), miss()],
  },
  {
    name: 'treat_missing_header_as_empty makes an inverted match take a missing field',
    routes: by({ string_match: { exact: 'blue' }, invert_match: true, treat_missing_header_as_empty: true }),
    requests: [hit(), miss('x-v: blue')],
  },
  {
    name: 'treat_missing_header_as_empty makes a missing field match what is empty',
    routes: by({ string_match: { safe_regex: { regex: '|on' } }, treat_missing_header_as_empty: true }),
    requests: [hit(), hit('x-v: on'), miss('x-v: off')],
  },
  {
    name: 'inverted presence is absence',
    routes: by({ present_match: true, invert_match: true }),
    requests: [hit(), miss('x-v: 1')],
  },
  {
    name: 'of several fields with one name each is compared for itself, they are not joined',
    routes: [
      { match: { prefix: '/', headers: [{ name: 'x-v', string_match: { exact: 'b' } }] }, route: to('b') },
      { match: { prefix: '/', headers: [{ name: 'x-v', string_match: { contains: ',' } }] }, route: to('c') },
      { match: { prefix: '/', headers: [{ name: 'x-v', string_match: { exact: 'a' } }] }, route: to('a') },
    ],
    requests: [
      { send: 'GET /', headers: ['x-v: a', 'x-v: b'], see: { endpoint: 'b', upstream: { 'x-v': 'a, b' } } },
      { send: 'GET /', headers: ['x-v: b', 'x-v: a'], see: { endpoint: 'b' } },
      { send: 'GET /', headers: ['x-v: a', 'x-v: c'], see: { endpoint: 'a' } },
      { send: 'GET /', headers: ['x-v: a,b'], see: { endpoint: 'c' } },
    ],
  },
  {
    name: 'an inverted match fails where one of several fields with the name matches',
    routes: by({ string_match: { exact: 'b' }, invert_match: true }),
    requests: [miss('x-v: a', 'x-v: b'), miss('x-v: b', 'x-v: a'), hit('x-v: a', 'x-v: c')],
  },
  {
    name: 'all fields of a route must match',
    routes: when({
      headers: [
        { name: 'x-v', string_match: { exact: '1' } },
        { name: 'x-w', string_match: { exact: '2' } },
      ],
    }),
    requests: [hit('x-w: 2', 'x-v: 1'), miss('x-v: 1'), miss('x-w: 2')],
  },
  {
    name: 'the old forms of a field match still match',
    routes: when({
      headers: [
        { name: 'x-e', exact_match: '1' },
        { name: 'x-p', prefix_match: 'a' },
        { name: 'x-s', suffix_match: 'z' },
        { name: 'x-c', contains_match: 'm' },
        { name: 'x-r', safe_regex_match: { regex: '\\d' } },
      ],
    }),
    requests: [
      hit('x-e: 1', 'x-p: ab', 'x-s: yz', 'x-c: lmn', 'x-r: 3'),
      miss('x-e: 1', 'x-p: ab', 'x-s: yz', 'x-c: lmn', 'x-r: 33'),
    ],
  },
  {
    name: 'the Host field is matched under both of its names',
    routes: when({ headers: [{ name: 'host', string_match: { exact: 'test.example' } }] }),
    requests: [hit(), { send: 'GET /', host: 'other.example', see: { endpoint: 'b' } }],
  },
  {
    name: 'a field is matched over HTTP/2 as over HTTP/1.1',
    routes: by({ string_match: { exact: 'b' } }),
    requests: [
      { ...hit('x-v: a', 'x-v: b'), http2: true },
      { ...miss('x-v: a'), http2: true },
    ],
  },
];
