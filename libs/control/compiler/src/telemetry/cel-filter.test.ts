import { describe, expect, it } from 'vitest';
import { celProblem, celValueProblem } from './cel-filter.ts';

describe('expressions that proxies can read', () => {
  it.each([
    'response.code >= 400',
    'response.code >= 400 || connection.mtls == false',
    '!(request.path.startsWith("/health") && !has(request.headers["x-debug"]))',
    "request.method in ['GET', 'HEAD'] && 'x-a' in request.headers",
    'request.headers.accept.contains("json")',
    'request.url_path.matches("^/a[0-9]+$")',
    "xds.cluster_name == 'BlackHoleCluster'",
    'true',
    '-1 < request.size',
  ])('%s', (expression) => {
    expect(celProblem(expression)).toBeUndefined();
  });
});

describe('expressions that they cannot', () => {
  it.each([
    ['', 'its end is not read where it stands'],
    ['response.code >=', 'its end is not read where it stands'],
    ['response.code >= 400)', ') is not read where it stands'],
    ['response.kode == 1', 'response.kode is no attribute'],
    ['request.size + 1 > 2', '+ is not read where it stands'],
    ['request.path.size() > 1', 'size is not read where it stands'],
    ['request.path.matches("(")', '( is no regular expression'],
    ['request.headers[x]', 'x is not read where it stands'],
    ['"a" in response', 'its end is not read where it stands'],
    [`${'('.repeat(33)}true${')'.repeat(33)}`, 'it is deeper than 32'],
    [`request.path == "${'x'.repeat(8_192)}"`, 'it is longer than 8192 characters'],
  ])('%s', (expression, problem) => {
    expect(celProblem(expression)).toBe(problem);
  });
});

it.each([
  ["has(request.headers['x']) ? request.host : 'none'", undefined],
  ["request.host + ':' + string(destination.port)", undefined],
  ['int(request.headers.host) + 1', undefined],
  ['request.host ? 1', 'its end is not read where it stands'],
  ['node.id', 'node.id is no attribute'],
])('as the value of a tag %s has the problem %s', (expression, problem) => {
  expect(celValueProblem(expression)).toBe(problem);
});
