import { describe, expect, it } from 'vitest';
import { judge } from './admission.ts';

const review = (object: unknown, operation = 'CREATE') => ({
  apiVersion: 'admission.k8s.io/v1',
  kind: 'AdmissionReview',
  request: { uid: 'u', operation, object },
});
const virtualService = (spec: object) => ({
  apiVersion: 'networking.istio.io/v1',
  kind: 'VirtualService',
  metadata: { name: 'a', namespace: 'shop' },
  spec,
});
const good = { hosts: ['a'], http: [{ route: [{ destination: { host: 'a' } }] }] };

describe('the webhook', () => {
  it('takes what the mesh takes', () => {
    expect(judge(review(virtualService(good)))).toEqual({
      apiVersion: 'admission.k8s.io/v1',
      kind: 'AdmissionReview',
      response: { uid: 'u', allowed: true },
    });
  });

  it('refuses with every violation and where it stands', () => {
    const { response } = judge(review(virtualService({ ...good, http: [{ timeoutt: '1s' }], tcpp: 1 }))) ?? {};
    expect(response).toMatchObject({ allowed: false, status: { code: 422, reason: 'Invalid' } });
    expect(response?.status?.message).toContain(
      'spec.http[0].timeoutt: unknown field "timeoutt"; did you mean "timeout"?',
    );
    expect(response?.status?.message).toContain('; spec.tcpp: ');
  });

  it('takes what is doubtful, with warnings', () => {
    const slice = {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { name: 'a' },
      addressType: 'IPv4',
    };
    const { response } = judge(review(slice)) ?? {};
    expect(response?.allowed).toBe(true);
    expect(response?.warnings).toEqual([expect.stringContaining('metadata.labels: without the label')]);
  });

  it('lets anything go', () => {
    expect(judge(review(virtualService({ hosts: 3 }), 'DELETE'))?.response.allowed).toBe(true);
    expect(judge(review(null))?.response.allowed).toBe(true);
  });

  it('says no more than an API server shows', () => {
    const fields = Object.fromEntries(Array.from({ length: 300 }, (_none, at) => [`x${at}`.padEnd(60, 'y'), 1]));
    const { response } = judge(review(virtualService({ ...good, ...fields }))) ?? {};
    expect(response?.status?.message.length).toBeLessThan(8_200);
  });

  it.each([
    undefined,
    null,
    3,
    {},
    { ...review({}), apiVersion: 'admission.k8s.io/v1beta1' },
    { ...review({}), request: {} },
  ])('does not judge %j', (body) => {
    expect(judge(body)).toBeUndefined();
  });
});
