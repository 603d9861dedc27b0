/** Rules between the fields of an AuthorizationPolicy. */

import { validatePolicyTarget } from '../../schema/policy-target.ts';
import type { ValidationContext } from '../definition.ts';
import { readConditionKey } from './conditions.ts';
import { dryRunAnnotation, parseGoBoolean } from './dry-run.ts';
import type {
  AuthorizationCondition,
  AuthorizationPolicySpec,
  AuthorizationRule,
  AuthorizationSource,
} from './spec.ts';

type Report = ValidationContext['report'];

export function validateAuthorizationPolicy(spec: AuthorizationPolicySpec, context: ValidationContext): void {
  const { report, warn } = context;
  validatePolicyTarget(spec, context);
  validateAction(spec, report);
  spec.rules?.forEach((rule, index) => {
    const path = `spec.rules[${index}]`;
    validateRule(rule, path, report);
    if (spec.action === 'CUSTOM') validateCustomRule(rule, path, report);
    if (spec.action === 'DENY' && isHttpOnly(rule)) {
      warn(
        path,
        'the rule names HTTP attributes only, so it denies all traffic of TCP ports; name the ports that it is about',
        'key',
      );
    }
  });
  validateDryRun(spec, context);
}

function validateAction({ action = 'ALLOW', rules = [], provider }: AuthorizationPolicySpec, report: Report): void {
  if (rules.length === 0 && (action === 'DENY' || action === 'CUSTOM')) {
    report('spec.action', `${action} without rules never acts; write "rules: [{}]" for every request`);
  } else if (action === 'CUSTOM' && (provider?.name ?? '') === '') {
    report('spec.provider.name', 'CUSTOM needs the name of a provider');
  }
  if (action !== 'CUSTOM' && provider !== undefined)
    report('spec.provider', `only CUSTOM takes a provider, not ${action}`, 'key');
}

/** True where every field is absent or an empty list, which Istio takes for the same. */
const isEmpty = (fields: object): boolean =>
  Object.values(fields).every((list) => !Array.isArray(list) || list.length === 0);

const filled = (...lists: (readonly string[] | undefined)[]): boolean => lists.some((list) => (list ?? []).length > 0);

function validateRule(rule: AuthorizationRule, path: string, report: Report): void {
  rule.from?.forEach(({ source }, index) => {
    const at = `${path}.from[${index}]`;
    if (source === undefined) report(at, 'an entry of "from" needs a source');
    else validateSource(source, `${at}.source`, report);
  });
  rule.to?.forEach(({ operation }, index) => {
    const at = `${path}.to[${index}]`;
    if (operation === undefined) report(at, 'an entry of "to" needs an operation');
    else if (isEmpty(operation))
      report(`${at}.operation`, 'the operation is empty; leave "to" out to take every request');
  });
  rule.when?.forEach((condition, index) => {
    validateCondition(condition, `${path}.when[${index}]`, report);
  });
}

function validateSource(source: AuthorizationSource, path: string, report: Report): void {
  if (isEmpty(source)) report(path, 'the source is empty; leave "from" out to take every caller');
  const { principals, notPrincipals, namespaces, notNamespaces, serviceAccounts, notServiceAccounts } = source;
  if (filled(serviceAccounts, notServiceAccounts) && filled(principals, notPrincipals, namespaces, notNamespaces)) {
    report(path, 'serviceAccounts cannot stand beside principals or namespaces', 'key');
  }
}

function validateCondition({ key, values, notValues }: AuthorizationCondition, path: string, report: Report): void {
  const { problem, value: valueProblem } = readConditionKey(key);
  if (problem !== undefined) report(`${path}.key`, problem);
  if (!filled(values, notValues)) report(path, 'a condition needs values or notValues', 'key');
  if (problem !== undefined) return;
  for (const [name, list] of Object.entries({ values, notValues })) {
    list?.forEach((value, index) => {
      const wrong = valueProblem(value);
      if (wrong !== undefined) report(`${path}.${name}[${index}]`, wrong);
    });
  }
}

/** The caller is asked before its certificate's and token's claims are there. */
function validateCustomRule(rule: AuthorizationRule, path: string, report: Report): void {
  rule.from?.forEach(({ source = {} }, index) => {
    const {
      ipBlocks: _ip,
      notIpBlocks: _notIp,
      remoteIpBlocks: _remote,
      notRemoteIpBlocks: _notRemote,
      ...others
    } = source;
    for (const [name, list] of Object.entries(others)) {
      if (filled(list))
        report(`${path}.from[${index}].source.${name}`, `${name} cannot be asked for with CUSTOM`, 'key');
    }
  });
  rule.when?.forEach(({ key }, index) => {
    const ofIdentity = ['source.namespace', 'source.serviceAccount', 'source.principal', 'source.trustDomain'];
    if (ofIdentity.includes(key) || key.startsWith('request.auth.'))
      report(`${path}.when[${index}].key`, `${key} cannot be asked for with CUSTOM`);
  });
}

/** On a TCP port such predicates are left out, and the rule takes more than it says. */
function isHttpOnly({ from = [], to = [] }: AuthorizationRule): boolean {
  const sources = from.flatMap(({ source }) => (source === undefined ? [] : [source]));
  const operations = to.flatMap(({ operation }) => (operation === undefined ? [] : [operation]));
  const tcpSource = sources.some(({ requestPrincipals: _p, notRequestPrincipals: _n, ...tcp }) => !isEmpty(tcp));
  const tcpOperation = operations.some(({ ports, notPorts }) => filled(ports, notPorts));
  return operations.length > 0 ? !tcpOperation : sources.length > 0 && !tcpSource;
}

function validateDryRun({ action = 'ALLOW' }: AuthorizationPolicySpec, { report, metadata }: ValidationContext): void {
  const written = metadata.annotations[dryRunAnnotation];
  if (written === undefined) return;
  const path = `metadata.annotations[${JSON.stringify(dryRunAnnotation)}]`;
  if (action !== 'ALLOW' && action !== 'DENY') report(path, `only ALLOW and DENY have a dry run, not ${action}`, 'key');
  else if (parseGoBoolean(written) === undefined)
    report(path, `${JSON.stringify(written)} is neither "true" nor "false"`);
}
