import { describe, expect, it } from 'vitest';
import { limits } from './limits.ts';
import { parseDocuments } from './parse.ts';
import { parseObject } from './parse-object.ts';

const service = (port: number) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'pay', namespace: 'shop', uid: 'x', resourceVersion: '7', managedFields: [{}] },
  spec: { selector: { app: 'pay' }, ports: [{ name: 'http', port, protocol: 'TCP' }], clusterIP: '10.0.0.1' },
  status: { loadBalancer: {} },
});

const nested = (depth: number): unknown => (depth === 0 ? 1 : { a: nested(depth - 1) });

describe('an object of an API server', () => {
  it('becomes what its text would become, all of it at line 1', () => {
    const { resource, violations } = parseObject('kubernetes/Service/shop/pay', service(80));
    const [written] = parseDocuments('f', JSON.stringify(service(80))).resources;
    expect(violations).toEqual([]);
    expect(resource?.spec).toEqual(written?.spec);
    expect(resource?.at('spec.ports[0].port')).toEqual({ file: 'kubernetes/Service/shop/pay', line: 1, column: 1 });
    expect([resource, resource?.spec].every(Object.isFrozen)).toBe(true);
  });

  it('with a violation is no resource, and says which one it was meant to be', () => {
    const { resource, violations, identity } = parseObject('f', service(0));
    expect(resource).toBeUndefined();
    expect(violations.map(({ path }) => path)).toEqual(['spec.ports[0].port']);
    expect(identity).toEqual({ kind: 'Service', namespace: 'shop', name: 'pay' });
  });

  it('of a Secret is marked as not to be shown', () => {
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'a' }, data: { a: '%' } };
    expect(parseObject('f', secret).violations.every(({ confidential }) => confidential)).toBe(true);
  });

  it.each([null, 3, 'a', [], {}, { apiVersion: 'v1' }])('that is %j is refused without a throw', (value) => {
    const { resource, violations } = parseObject('f', value);
    expect(resource).toBeUndefined();
    expect(violations.length).toBeGreaterThan(0);
  });

  it('is refused where it is nested deeper or larger than the bounds', () => {
    expect(parseObject('f', nested(limits.depthMax + 1)).violations[0]?.message).toContain('nested deeper');
    expect(parseObject('f', Array(limits.nodesMax).fill(1)).violations[0]?.message).toContain('more than');
  });
});
