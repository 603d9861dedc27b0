/** The YAML form of an AuthorizationPolicy. */

import { z } from 'zod';
import { apiObject, checkedString, choice } from '../../schema/object.ts';
import { optionalSpec, policyTargetFields } from '../../schema/policy-target.ts';
import { nonEmptyText } from '../../schema/text.ts';
import type { AuthorizationPolicySpec } from './spec.ts';
import { ipBlockProblem, pathProblem, portTextProblem, serviceAccountProblem } from './values.ts';

const serviceAccountsMax = 16;

const texts = (what: string) => z.array(nonEmptyText(what)).exactOptional();
const ipBlocks = z.array(checkedString(ipBlockProblem)).exactOptional();
const ports = z.array(checkedString(portTextProblem)).exactOptional();
const paths = z
  .array(
    nonEmptyText('a path').superRefine((path, context) => {
      const message = pathProblem(path);
      if (message !== undefined) context.addIssue({ code: 'custom', message });
    }),
  )
  .exactOptional();
const serviceAccounts = z
  .array(checkedString(serviceAccountProblem))
  .max(serviceAccountsMax, `at most ${serviceAccountsMax} service accounts`)
  .exactOptional();

const source = apiObject('AuthorizationPolicy.rules.from.source', {
  principals: texts('a principal'),
  notPrincipals: texts('a principal'),
  requestPrincipals: texts('a request principal'),
  notRequestPrincipals: texts('a request principal'),
  namespaces: texts('a namespace'),
  notNamespaces: texts('a namespace'),
  serviceAccounts,
  notServiceAccounts: serviceAccounts,
  ipBlocks,
  notIpBlocks: ipBlocks,
  remoteIpBlocks: ipBlocks,
  notRemoteIpBlocks: ipBlocks,
  trustDomains: texts('a trust domain'),
  notTrustDomains: texts('a trust domain'),
});

const operation = apiObject('AuthorizationPolicy.rules.to.operation', {
  hosts: texts('a host'),
  notHosts: texts('a host'),
  ports,
  notPorts: ports,
  methods: texts('a method'),
  notMethods: texts('a method'),
  paths,
  notPaths: paths,
});

const condition = apiObject('AuthorizationPolicy.rules.when', {
  key: nonEmptyText('the key of a condition'),
  values: texts('a value'),
  notValues: texts('a value'),
});

const rule = apiObject('AuthorizationPolicy.rules', {
  from: z.array(apiObject('AuthorizationPolicy.rules.from', { source: source.exactOptional() })).exactOptional(),
  to: z.array(apiObject('AuthorizationPolicy.rules.to', { operation: operation.exactOptional() })).exactOptional(),
  when: z.array(condition).exactOptional(),
});

export const authorizationPolicySchema: z.ZodType<AuthorizationPolicySpec> = optionalSpec(
  apiObject('AuthorizationPolicy', {
    ...policyTargetFields('AuthorizationPolicy'),
    rules: z.array(rule).exactOptional(),
    action: choice('AuthorizationPolicy.action', ['ALLOW', 'DENY', 'AUDIT', 'CUSTOM']).exactOptional(),
    provider: apiObject('AuthorizationPolicy.provider', { name: z.string().exactOptional() })
      .transform(({ name = '' }) => ({ name }))
      .exactOptional(),
  }),
);
