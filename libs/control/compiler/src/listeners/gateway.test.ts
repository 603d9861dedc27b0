import { expect, it } from 'vitest';
import { compile } from '../compile.ts';
import { createTestMesh } from '../testing/mesh.ts';

it('a gateway tells of an authorizer that is not there', () => {
  const mesh = createTestMesh({
    'm.yaml': `apiVersion: networking.istio.io/v1
kind: WorkloadGroup
metadata: { name: edge, namespace: istio-system }
spec: { metadata: { labels: { istio: ingressgateway } }, template: { serviceAccount: edge } }
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: g, namespace: istio-system }
spec: { selector: { istio: ingressgateway }, servers: [{ port: { number: 8080, name: http, protocol: HTTP }, hosts: ["*"] }] }
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: asked, namespace: istio-system }
spec: { action: CUSTOM, provider: { name: nobody }, rules: [{}] }
`,
  });
  expect(compile(mesh.input(), mesh.proxy('edge')).notices).toEqual([
    'm.yaml:14 AuthorizationPolicy istio-system/asked provider: the mesh configuration has no external authorizer called "nobody"; requests that its rules match are denied',
  ]);
});
