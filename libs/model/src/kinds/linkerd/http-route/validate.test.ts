import { type Case, describeFull, describeVerdicts } from '../../../testing/verdict.ts';

const kind = 'HTTPRoute.policy.linkerd.io';
const service = 'parentRefs: [{ group: core, kind: Service, name: a, port: 80 }]';

const cases: Case[] = [
  ['takes a Service of the group core', `${service}\nrules: [{}]`],
  ['warns without parents', 'rules: [{}]', 'warning: spec: without parentRefs the route is attached to nothing'],
  [
    'refuses rewrites by name',
    `${service}\nrules: [{ filters: [{ type: URLRewrite, urlRewrite: {} }] }]`,
    'spec.rules[0].filters[0].type: HTTPRoute.rules.filters.type URLRewrite is not done yet in this version; remove it',
  ],
  [
    'warns of backends of a Server',
    'parentRefs: [{ group: policy.linkerd.io, kind: Server, name: a }]\nrules: [{ backendRefs: [{ name: a, port: 1 }] }]',
    'warning: spec.rules[0].backendRefs: a route of a Server goes to its own workload; backendRefs are not read',
  ],
  [
    'warns of timeouts of a Server',
    'parentRefs: [{ group: policy.linkerd.io, kind: Server, name: a }]\nrules: [{ timeouts: { request: 1s } }]',
    'warning: spec.rules[0].timeouts: a route of a Server has no time limits; timeouts are not read',
  ],
  [
    'needs the port of a Service',
    `${service}\nrules: [{ backendRefs: [{ name: a }] }]`,
    'spec.rules[0].backendRefs[0]: a reference to a Service needs a port',
  ],
  ['has no retries of its own', `${service}\nrules: [{ retry: {} }]`, 'spec.rules[0].retry: unknown field "retry"'],
  [
    'refuses a try longer than all',
    `${service}\nrules: [{ timeouts: { request: 1s, backendRequest: 2s } }]`,
    'spec.rules[0].timeouts.backendRequest: backendRequest is longer than request',
  ],
];

describeFull(kind, import.meta.dirname);
describeVerdicts(kind, cases);
