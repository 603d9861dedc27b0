import { request } from 'node:https';
import { createFakeCa } from '@weft/identity/testing';
import { systemClock } from '@weft/kernel';
import { freePorts } from '@weft/kernel/testing';
import { documentsText, serviceText, workloadGroupText } from '@weft/model/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { httpCall } from '../http-call.ts';
import { startMesh, type TestMesh } from '../mesh.ts';
import { eventually } from '../wait.ts';
import { gatewayGroup, secretOf } from './documents.ts';

const group = (name: string): string => documentsText(workloadGroupText(name), serviceText(name));

const doors = (http: number, https: number): string => `apiVersion: v1
kind: Service
metadata: { name: istio-ingressgateway, namespace: edge }
spec:
  selector: { istio: ingressgateway }
  ports: [{ name: http, port: 80, targetPort: ${http} }, { name: https, port: 443, targetPort: ${https} }]
`;

const path = (text: string, type: string, service: string): string =>
  `{ path: ${text}, pathType: ${type}, backend: { service: { name: ${service}, port: { name: http } } } }`;

const ingress = (ingressClass: string): string => `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: shop, namespace: shop }
spec:
  ingressClassName: ${ingressClass}
  tls: [{ hosts: [shop.example], secretName: shop }]
  defaultBackend: { service: { name: user, port: { number: 8080 } } }
  rules:
    - host: shop.example
      http: { paths: [${path('/pay', 'Prefix', 'payment')}, ${path('/pay', 'Exact', 'user')}] }
`;

let mesh: TestMesh;
let http = 0;
let https = 0;
const ca = await createFakeCa(systemClock);

beforeAll(async () => {
  [http = 0, https = 0] = await freePorts(2);
  mesh = await startMesh({
    'mesh.yaml': documentsText(gatewayGroup('edge'), doors(http, https), group('user'), group('payment')),
    'secret.yaml': secretOf('shop', 'edge', await ca.issueServer('shop.example')),
    'ingress.yaml': ingress('istio'),
  });
  for (const name of ['user', 'payment']) {
    await mesh.workload('shop', name, (incoming, response) => response.end(`${name} ${incoming.url}`));
  }
  await mesh.gateway('edge', 'edge');
});

afterAll(() => mesh?.stop());

const get = async (host: string, target: string): Promise<string> => {
  const answer = await httpCall({ port: http, target, headers: { host } }).catch(() => undefined);
  return answer === undefined ? 'refused' : answer.status === 200 ? answer.body : String(answer.status);
};

const becomes = (host: string, target: string, expected: string): Promise<unknown> =>
  eventually(`${host}${target}: ${expected}`, async () => ((await get(host, target)) === expected ? true : undefined));

const getSecurely = (target: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port: https, path: target, ca: ca.rootPem, servername: 'shop.example' };
    const outgoing = request({ ...options, headers: { host: 'shop.example' } }, (incoming) => {
      let text = '';
      incoming.on('data', (chunk: Buffer) => {
        text += chunk.toString('utf8');
      });
      incoming.on('end', () => resolve(text));
    });
    outgoing.on('error', reject);
    outgoing.end();
  });

describe('an Ingress', () => {
  it('takes requests by host and whole segments of the path, the exact path first, and the rest to its default backend', async () => {
    await becomes('shop.example', '/pay/1', 'payment /pay/1');
    expect(await get('shop.example', '/pay')).toBe('user /pay');
    expect(await get('shop.example', '/payments')).toBe('user /payments');
    expect(await get('other.example', '/pay/1')).toBe('user /pay/1');
  });

  it('ends TLS with the Secret that lies beside the gateway', async () => {
    expect(await getSecurely('/pay/2')).toBe('payment /pay/2');
  });

  it('of another class is not ours', async () => {
    mesh.write('ingress.yaml', ingress('nginx'));
    await becomes('shop.example', '/pay/1', 'refused');
    mesh.write('ingress.yaml', ingress('weft'));
    await becomes('shop.example', '/pay/1', 'payment /pay/1');
  });
});
