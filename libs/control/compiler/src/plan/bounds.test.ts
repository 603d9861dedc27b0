/** Each bound of plans and replays, reached. */

import { create } from '@bufbuild/protobuf';
import { createManualClock } from '@weft/kernel';
import { createModel, defaultMeshConfig, parseDocuments } from '@weft/model';
import { RBACSchema } from '@weft/xds-messages/envoy/config/rbac/v3/rbac';
import { RE2JS } from 're2js';
import { describe, expect, it } from 'vitest';
import { accessProbes, methodsMax, pathsMax, probesMax } from './access-probes.ts';
import { createPatterns } from './evaluate/regex.ts';
import { offlineMesh, type PlannedMesh } from './offline-mesh.ts';
import { planChanges, plannedChangesMax } from './plan-changes.ts';
import { examplesMax, readTap, replay, seenRequestsMax } from './replay.ts';

const base = ['order', 'payment']
  .map(
    (name) => `apiVersion: v1
kind: Service
metadata: { name: ${name}, namespace: shop }
spec: { selector: { app: ${name} }, ports: [{ name: http, port: 8080, targetPort: http }] }
---
apiVersion: networking.istio.io/v1
kind: WorkloadGroup
metadata: { name: ${name}, namespace: shop }
spec: { metadata: { labels: { app: ${name} } }, template: { serviceAccount: ${name} } }
`,
  )
  .join('---\n');

const rules = (http: readonly string[]): string => `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: payment, namespace: shop }
spec: { hosts: [payment], http: [${http.join(', ')}] }
`;
const toPayment = '{ route: [{ destination: { host: payment } }] }';

function meshOf(...documents: readonly string[]): PlannedMesh {
  const parsed = parseDocuments('f.yaml', [base, ...documents].join('---\n'));
  if (parsed.violations.length > 0) throw new Error(JSON.stringify(parsed.violations));
  const clock = createManualClock();
  return offlineMesh(createModel(parsed.resources), { mesh: defaultMeshConfig, domain: 'cluster.local', clock });
}

const numbers = (count: number): readonly number[] => Array.from({ length: count }, (_, at) => at);

it('a plan of more changes than its bound says how many there are besides', () => {
  const answered = (at: number): string => `{ match: [{ uri: { exact: /${at} } }], directResponse: { status: 200 } }`;
  const after = meshOf(rules([...numbers(plannedChangesMax + 7).map(answered), toPayment]));
  const changes = planChanges(meshOf(rules([toPayment])), after);
  expect(changes).toHaveLength(plannedChangesMax);
  expect(changes.at(-1)?.text).toMatch(/^\d+ more changes$/);
  expect(Number.parseInt(changes.at(-1)?.text ?? '', 10)).toBeGreaterThanOrEqual(8);
});

describe('a replay', () => {
  const line = (path: string): string =>
    `{"direction":"outbound","method":"GET","authority":"payment.shop:8080","path":"${path}","status":200}`;

  it('reads as many requests as its bound', () => {
    const text = `${line('/charge')}\n`.repeat(seenRequestsMax + 3);
    expect(readTap(text, 'order')).toHaveLength(seenRequestsMax);
  });

  it('shows as many examples as its bound, the most frequent first, and counts all', () => {
    const paths = numbers(examplesMax + 5).flatMap((at) => (at === 9 ? ['/9', '/9'] : [`/${at}`]));
    const seen = readTap(paths.map(line).join('\n'), 'order');
    const closed = meshOf(rules(['{ directResponse: { status: 403 } }']));
    const { changed, examples } = replay(meshOf(rules([toPayment])), closed, seen);
    expect(changed).toBe(examplesMax + 6);
    expect(examples).toHaveLength(examplesMax);
    expect(examples[0]).toMatchObject({ request: 'GET payment.shop:8080/9 from order', count: 2 });
  });
});

it('rules that name more than can be asked are asked about up to the bounds', () => {
  const exact = (name: string, value: string) => ({
    rule: {
      case: 'header' as const,
      value: {
        name,
        headerMatchSpecifier: {
          case: 'stringMatch' as const,
          value: { matchPattern: { case: 'exact' as const, value } },
        },
      },
    },
  });
  const path = (value: string) => ({
    rule: {
      case: 'urlPath' as const,
      value: {
        rule: { case: 'path' as const, value: { matchPattern: { case: 'exact' as const, value } } },
      },
    },
  });
  const permissions = [
    ...numbers(pathsMax + 9).map((at) => path(`/${at}`)),
    ...numbers(methodsMax + 9).map((at) => exact(':method', `M${at}`)),
    ...numbers(9).map((at) => exact(':authority', `host-${at}`)),
    exact('x-key', 'v'),
  ];
  const probes = accessProbes([create(RBACSchema, { policies: { all: { permissions } } })], 'payment');
  expect(probes).toHaveLength(probesMax);
  expect(new Set(probes.map(({ method }) => method)).size).toBe(methodsMax);
  const few = permissions.slice(0, pathsMax + 9);
  const ofPaths = accessProbes([create(RBACSchema, { policies: { all: { permissions: few } } })], 'payment');
  expect(new Set(ofPaths.map((probe) => probe.path)).size).toBe(pathsMax + 1);
});

it('compiled patterns are kept up to their bound, the longest unused going first', () => {
  const compiled: string[] = [];
  const { fullyMatches, replaceAll } = createPatterns(2, (pattern) => {
    compiled.push(pattern);
    return RE2JS.compile(pattern);
  });
  expect(['a+', 'b+', 'a+', '('].map((pattern) => fullyMatches(pattern, 'aa'))).toEqual([true, false, true, false]);
  expect(compiled).toEqual(['a+', 'b+', '(']);
  expect(replaceAll('a+', 'xaay', '<\\0$1\\\\>')).toBe('x<aa$1\\>y');
  // One that does not compile takes a place too; "b+" had to go.
  expect([fullyMatches('(', 'b'), fullyMatches('b+', 'b')]).toEqual([false, true]);
  expect(compiled).toEqual(['a+', 'b+', '(', 'b+']);
});
