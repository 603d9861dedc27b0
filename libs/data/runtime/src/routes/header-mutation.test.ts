/** Header changes: each action, the order inside a level and the order of levels. Envoy 1.40 gave the expectations. */

import { describe, expect, it } from 'vitest';
import { exchange, forwardOf, onlyRoute, refusal } from './testing/route-fixtures.ts';

const entry = (key: string, value: string, append_action = 'APPEND_IF_EXISTS_OR_ADD', keep_empty_value = false) => ({
  header: { key, value },
  append_action,
  keep_empty_value,
});
const absent = 'ADD_IF_ABSENT';
const overwrite = 'OVERWRITE_IF_EXISTS_OR_ADD';
const existing = 'OVERWRITE_IF_EXISTS';

describe('the header changes of one level', () => {
  it.each([
    ['adds beside what is there', [entry('X-A', '2')], ['x-a', '1'], ['x-a', '1', 'x-a', '2']],
    ['adds where nothing is', [entry('x-a', '2', absent)], ['x-b', '1'], ['x-b', '1', 'x-a', '2']],
    ['does not add where something is', [entry('x-a', '2', absent)], ['x-a', '1'], ['x-a', '1']],
    ['overwrites all', [entry('x-a', '2', overwrite)], ['x-a', '0', 'x-b', '1', 'x-a', '1'], ['x-a', '2', 'x-b', '1']],
    ['overwrites or adds', [entry('x-a', '2', overwrite)], [], ['x-a', '2']],
    ['overwrites only', [entry('x-a', '2', existing)], [], []],
    ['overwrites what exists', [entry('x-a', '2', existing)], ['x-a', '1'], ['x-a', '2']],
    [
      'overwrites before it adds',
      [entry('x-a', '1'), entry('x-a', '2', overwrite)],
      ['x-a', '0'],
      ['x-a', '2', 'x-a', '1'],
    ],
    [
      'looks once for what is absent',
      [entry('x-a', '1', absent), entry('x-a', '2', absent)],
      [],
      ['x-a', '1', 'x-a', '2'],
    ],
    ['leaves empty values out', [entry('x-a', '')], [], []],
    ['keeps empty values where asked', [entry('x-a', '', undefined, true)], [], ['x-a', '']],
    ['has "%%" for a percent sign', [entry('x-a', '100%%')], [], ['x-a', '100%']],
  ])('%s', (_name, request_headers_to_add, before, after) => {
    const route = onlyRoute({ route: { cluster: 'a' }, request_headers_to_add });
    const fields = [...before];
    route.requestHeaders?.(fields, exchange('GET a/', before));
    expect(fields).toEqual(after);
  });

  it('removes first, so that what is added stays', () => {
    const route = onlyRoute({
      route: { cluster: 'a' },
      request_headers_to_remove: ['X-A', 'x-gone'],
      request_headers_to_add: [entry('x-a', 'new', absent)],
    });
    const fields = ['x-a', '1', 'x-b', '2', 'x-gone', '3', 'x-a', '4'];
    route.requestHeaders?.(fields, exchange('GET a/'));
    expect(fields).toEqual(['x-b', '2', 'x-a', 'new']);
  });

  it('reads values before it changes any', () => {
    const route = onlyRoute({
      route: { cluster: 'a' },
      request_headers_to_add: [
        entry('x-b', '%REQ(x-c)%'),
        entry('x-c', 'set', overwrite),
        entry('x-e', '%REQ(x-c)%-%REQ(x-nope)%-'),
        entry('x-f', '%REQ(x-nope)%'),
        entry('x-g', '%REQ(x-nope)%', undefined, true),
        entry('x-p', '%REQ(:METHOD)%'),
      ],
    });
    const asked = exchange('GET a/', ['x-c', 'c0']);
    const { fields } = asked.request;
    route.requestHeaders?.(fields, asked);
    expect(fields).toEqual(['x-c', 'set', 'x-b', 'c0', 'x-e', 'c0--', 'x-g', '', 'x-p', 'GET']);
  });

  it('takes the older append', () => {
    const old = (append: boolean) => ({ header: { key: 'x-a', value: '2' }, append });
    const changed = (append: boolean): string[] => {
      const fields = ['x-a', '1'];
      onlyRoute({ route: { cluster: 'a' }, request_headers_to_add: [old(append)] }).requestHeaders?.(
        fields,
        exchange('GET a/'),
      );
      return fields;
    };
    expect(changed(false)).toEqual(['x-a', '2']);
    expect(changed(true)).toEqual(['x-a', '1', 'x-a', '2']);
  });

  it.each([
    [entry('host', 'x'), 'header host may not be changed'],
    [entry(':path', 'x'), 'header ":path": not a header name'],
    [entry('content-length', '1'), 'header content-length may not be changed'],
    [entry('x a', '1'), 'header "x a": not a header name'],
    [entry('x-a', 'a\r\nb: c'), 'its value has a control character'],
    [entry('x-a', '%NOPE%'), 'NOPE'],
  ])('refuses %j', (added, message) => {
    expect(refusal(() => onlyRoute({ route: { cluster: 'a' }, request_headers_to_add: [added] }))).toContain(message);
  });
});

describe('the levels of header changes', () => {
  const level = (name: string) => ({
    request_headers_to_add: [entry('x-l', name), entry('x-o', name, overwrite)],
    response_headers_to_add: [entry('x-l', name)],
  });
  const changed = (most_specific_header_mutations_wins: boolean): string[][] => {
    const change = { ...level('table'), most_specific_header_mutations_wins };
    const route = onlyRoute({ route: { cluster: 'a' }, ...level('route') }, level('host'), change);
    const request: string[] = [];
    const response: string[] = [];
    route.requestHeaders?.(request, exchange('GET a/'));
    route.responseHeaders?.(response, exchange('GET a/'));
    return [request, response];
  };

  it('go from the route to the table', () => {
    expect(changed(false)).toEqual([
      ['x-o', 'table', 'x-l', 'route', 'x-l', 'host', 'x-l', 'table'],
      ['x-l', 'route', 'x-l', 'host', 'x-l', 'table'],
    ]);
  });

  it('go from the table to the route where the most specific one wins', () => {
    expect(changed(true)).toEqual([
      ['x-o', 'route', 'x-l', 'table', 'x-l', 'host', 'x-l', 'route'],
      ['x-l', 'table', 'x-l', 'host', 'x-l', 'route'],
    ]);
  });

  it('keep a weighted cluster apart, with its target', () => {
    const clusters = [{ name: 'a', weight: 1, ...level('weighted') }];
    const [target] = forwardOf({ weighted_clusters: { clusters } }).targets;
    const fields: string[] = [];
    target?.requestHeaders?.(fields, exchange('GET a/'));
    expect(fields).toEqual(['x-o', 'weighted', 'x-l', 'weighted']);
  });

  it('are nothing where nothing is said', () => {
    expect(onlyRoute({ route: { cluster: 'a' } }).requestHeaders).toBeUndefined();
  });
});
