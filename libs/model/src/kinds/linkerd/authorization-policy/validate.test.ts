import { type Case, describeFull, describeVerdicts } from '../../../testing/verdict.ts';

const kind = 'AuthorizationPolicy.policy.linkerd.io';
const server = 'targetRef: { group: policy.linkerd.io, kind: Server, name: a }';
const refs = (list: string): string => `${server}\nrequiredAuthenticationRefs: [${list}]`;
const mesh = '{ group: policy.linkerd.io, kind: MeshTLSAuthentication, name: a }';
const network = '{ group: policy.linkerd.io, kind: NetworkAuthentication, name: a }';
const path = 'spec.requiredAuthenticationRefs';

const cases: Case[] = [
  ['takes one of each', refs(`${mesh}, ${network}`)],
  ['needs the list', server, `${path}: "requiredAuthenticationRefs" is required`],
  ['warns of an empty list', refs(''), `warning: ${path}: without a required authentication everyone is let in`],
  [
    'refuses two identities',
    refs(`${mesh}, { kind: ServiceAccount, name: b }`),
    `${path}[1]: only one identity may be asked for`,
  ],
  [
    'refuses two networks',
    refs(`${network}, ${network}`),
    `${path}[1]: only one NetworkAuthentication may be asked for`,
  ],
  [
    'refuses another authentication',
    refs('{ kind: Secret, name: a }'),
    `${path}[0]: an authentication is a MeshTLSAuthentication, a NetworkAuthentication or a ServiceAccount, each with its group`,
  ],
  [
    'refuses a Server without its group',
    `targetRef: { kind: Server, name: a }\nrequiredAuthenticationRefs: [${mesh}]`,
    'spec.targetRef: a target is a Server, an HTTPRoute, a GRPCRoute or a Namespace, each with its group',
  ],
  [
    'refuses another namespace',
    `targetRef: { kind: Namespace, name: b }\nrequiredAuthenticationRefs: [${mesh}]`,
    'spec.targetRef.name: a policy is of its own namespace, which is shop',
  ],
  [
    'refuses a target elsewhere',
    `targetRef: { group: policy.linkerd.io, kind: Server, name: a, namespace: b }\nrequiredAuthenticationRefs: [${mesh}]`,
    'spec.targetRef.namespace: a target lies in the namespace of its policy, which is shop',
  ],
  [
    'takes routes of the Gateway API',
    `targetRef: { group: gateway.networking.k8s.io, kind: GRPCRoute, name: a }\nrequiredAuthenticationRefs: [${mesh}]`,
  ],
];

describeFull(kind, import.meta.dirname);
describeVerdicts(kind, cases);
