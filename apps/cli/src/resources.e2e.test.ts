/** The commands that work on resources: validate, apply, delete, get. */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { useCli } from './testing/cli-suite.ts';
import { writeToken } from './testing/fake-mesh.ts';

const { cli, fake, runAgainst } = useCli();

test('validate checks the rules of this repository', async () => {
  const result = await cli.run(['validate', '-f', 'infra/mesh']);
  expect(result).toMatchObject({ code: 0, stderr: '' });
  expect(result.stdout).toMatch(/^valid: \d+ resources in \d+ files\n$/);
});

test('validate names each violation with its place, from standard input too, and ends with 4', async () => {
  const text =
    'apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: { name: x }\nspec:\n  hosts: [x]\n  htttp: []\n';
  const result = await cli.run(['validate', '-f', '-'], { stdin: text });
  expect(result.code).toBe(4);
  expect(result.stdout).toMatch(/^stdin:6:3 spec\.htttp: /m);
  const json = JSON.parse((await cli.run(['validate', '-', '-o', 'json'], { stdin: text })).stdout) as unknown;
  expect(json).toMatchObject({
    valid: false,
    violations: expect.arrayContaining([expect.objectContaining({ file: 'stdin', line: 6, column: 3 })]),
  });
});

test('validate shows the line with a caret, and suggests what a mistyped field may mean', async () => {
  const text =
    'apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: { name: x }\nspec:\n  hosts: [x]\n  http:\n    - route: [{ destination: { host: x } }]\n      timeoutt: 3s\n';
  const result = await cli.run(['validate', '-f', '-'], { stdin: text });
  expect(result.stdout).toBe(
    'stdin:8:7 spec.http[0].timeoutt: unknown field "timeoutt"; did you mean "timeout"?\n   8 |       timeoutt: 3s\n     |       ^~~~~~~~\n',
  );
});

test('validate prints warnings and takes the documents all the same', async () => {
  const text =
    'apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: { name: x }\nspec:\n  host: x\n  trafficPolicy:\n    loadBalancer: { simple: LEAST_CONN }\n';
  const result = await cli.run(['validate', '-f', '-'], { stdin: text });
  expect(result).toMatchObject({ code: 0, stderr: '' });
  expect(result.stdout).toContain(
    'stdin:7:29 warning: spec.trafficPolicy.loadBalancer.simple: LEAST_CONN is deprecated',
  );
  expect(result.stdout).toMatch(/^valid: 1 resource in 1 file, 1 warning$/m);
  const sarif = JSON.parse((await cli.run(['validate', '-', '-o', 'sarif'], { stdin: text })).stdout) as unknown;
  expect(sarif).toMatchObject({ version: '2.1.0', runs: [{ results: [{ level: 'warning' }] }] });
  expect((await cli.run(['validate', '-', '-o', 'xml'], { stdin: text })).code).toBe(2);
});

test('validate of nothing, or of what is not there, is a usage error', async () => {
  expect((await cli.run(['validate'])).code).toBe(2);
  expect(await cli.run(['validate', '-f', 'no-such-folder'])).toMatchObject({
    code: 2,
    stderr: 'weft: there is no file or folder no-such-folder\n',
  });
});

test('apply sends every document and tells what changed', async () => {
  writeToken(cli.dir);
  const applied = [{ kind: 'Service', namespace: 'shop', name: 'a', change: 'created' }];
  const api = await fake({ 'POST /v1/resources': { body: { applied } } });
  const file = join(cli.dir, 'a.yaml');
  mkdirSync(cli.dir, { recursive: true });
  writeFileSync(file, 'kind: A\n');
  const result = await cli.run(['apply', '-f', file, '-f', '-', '--api', api.address], { stdin: 'kind: B\n' });
  expect(result).toMatchObject({ code: 0, stdout: 'Service shop/a created\n' });
  expect(api.bodies).toEqual(['kind: A\n---\nkind: B']);
});

test('apply of files without a resource says so', async () => {
  writeToken(cli.dir);
  const api = await fake({ 'POST /v1/resources': { body: { applied: [] } } });
  const result = await cli.run(['apply', '-f', '-', '--api', api.address], { stdin: '# nothing\n' });
  expect(result).toMatchObject({ code: 0, stdout: 'nothing to apply: no resource in stdin\n' });
});

test('what the control plane refuses is printed with its places and ends with 4', async () => {
  // Line 6 of the request: four of the file, the "---" between, the first of the standard input.
  const violations = [
    { file: 'request', line: 4, column: 3, path: 'spec.htttp', message: 'unknown field' },
    { file: 'request', line: 6, column: 1, path: '', message: 'unknown kind' },
  ];
  writeToken(cli.dir);
  const file = join(cli.dir, 'a.yaml');
  writeFileSync(file, 'kind: A\nmetadata: {}\nspec:\n  htttp: []\n');
  const api = await fake({
    'POST /v1/resources': { status: 422, body: { code: 'config_invalid', detail: 'one violation', violations } },
  });
  const result = await cli.run(['apply', '-f', file, '-f', '-', '--api', api.address], { stdin: 'kind: A' });
  expect(result).toMatchObject({
    code: 4,
    stderr: `weft: 2 violations; nothing was applied\n  ${file}:4:3 spec.htttp: unknown field\n  stdin:1:1 unknown kind\n`,
  });
});

test('delete tells a resource that a file owns from one that is not there', async () => {
  const conflict = {
    status: 409,
    body: { code: 'owned_by_file', detail: 'infra/mesh/payment.yaml:14 defines it; edit that file' },
  };
  const result = await runAgainst(
    { 'DELETE /v1/resources/VirtualService/shop/payment': conflict },
    'delete',
    'vs',
    'payment',
    '-n',
    'shop',
  );
  expect(result.code).toBe(1);
  expect(result.stderr).toContain('edit that file');
  expect((await runAgainst({}, 'delete', 'vs', 'payment')).code).toBe(1);
});

test('delete takes files: what is there goes, what is not is told', async () => {
  const api = await fake({
    'DELETE /v1/resources/Service/shop/a': { status: 200, body: {} },
    'DELETE /v1/resources/Service/shop/b': {
      status: 404,
      body: { code: 'not_found', detail: 'there is no Service shop/b' },
    },
  });
  const service = (name: string): string =>
    `apiVersion: v1\nkind: Service\nmetadata: { name: ${name}, namespace: shop }\nspec: { ports: [{ port: 80 }] }\n`;
  const stdin = ['b', 'a'].map(service).join('---\n');
  const result = await cli.run(['delete', '-f', '-', '--api', api.address], { stdin });
  expect(result).toMatchObject({ code: 1, stdout: 'Service shop/a deleted\n' });
  expect(result.stderr).toMatch(/^weft: 1 resource not deleted\n {2}.*there is no Service shop\/b\n$/);
  for (const wrong of [['delete'], ['delete', 'vs'], ['delete', 'vs', 'x', '-f', '-']])
    expect((await cli.run([...wrong, '--api', api.address], { stdin })).code).toBe(2);
  expect((await cli.run(['delete', '-f', '-', '--api', api.address], { stdin: 'kind: A' })).code).toBe(4);
});

test('get lists resources with their place, and one of them as YAML', async () => {
  const resources = [
    {
      apiVersion: 'v1',
      kind: 'Service',
      namespace: 'shop',
      name: 'user',
      file: 'infra/mesh/services.yaml',
      line: 2,
      spec: { ports: [] },
    },
  ];
  const answers = { 'GET /v1/resources': { body: { resources } } };
  expect((await runAgainst(answers, 'get', 'svc')).stdout).toBe(
    'KIND      NAMESPACE   NAME   FROM\nService   shop        user   infra/mesh/services.yaml:2\n',
  );
  const yaml = (await runAgainst(answers, 'get', 'svc', 'user', '-n', 'shop', '-o', 'yaml')).stdout;
  expect(yaml).toContain('kind: Service\nmetadata:\n  name: user\n  namespace: shop\n');
  expect((await runAgainst({ 'GET /v1/resources': { body: { resources: [] } } }, 'get', 'svc', 'none')).code).toBe(1);
});

test('history lists what was applied, rollback goes back to a version', async () => {
  const change = { kind: 'VirtualService', namespace: 'shop', name: 'order', change: 'configured' };
  const entry = { version: 2, at: '2026-11-21T10:00:00.000Z', action: 'rollback', to: 1, changes: [change] };
  const answers = {
    'GET /v1/history': { body: { version: 2, entries: [entry] } },
    'POST /v1/rollback/1': { body: { version: 3, applied: [change] } },
  };
  expect((await runAgainst(answers, 'history')).stdout).toContain(
    '2         2026-11-21T10:00:00.000Z   rollback to 1   VirtualService shop/order configured',
  );
  expect(await runAgainst(answers, 'rollback', '1')).toMatchObject({
    code: 0,
    stdout: 'VirtualService shop/order configured\n',
  });
  expect((await runAgainst(answers, 'rollback', 'yesterday')).code).toBe(2);
});
