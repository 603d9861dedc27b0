/** SMI's TrafficTargets: a workload whose account one of them names takes what they grant, and nothing else. */

import type { HttpRouteGroupSpec, Resource } from '@weft/model';
import type { PermissionInit } from '../policies/rbac/predicate.ts';
import { exactForm, regexForm } from '../policies/rbac/string-forms.ts';
import { notice, provenanceOf } from '../provenance.ts';
import type { Grant, GrantScope } from './grants.ts';
import { ofServiceAccount } from './identities.ts';
import type { NamespacePolicies } from './namespace-policies.ts';
import { anyOfThem } from './principals.ts';
import type { Judgement } from './rules.ts';

type Target = Resource<'TrafficTarget'>;

/** Nothing where no TrafficTarget names the account. @param port of the workload. */
export function targetJudgement(
  { trafficTargets, routeGroups, tcpRoutes }: NamespacePolicies,
  account: string,
  port: number,
  { domains }: GrantScope,
  notices: string[],
): Judgement | undefined {
  const own = trafficTargets.filter(({ spec }) => spec.destination.name === account);
  if (own.length === 0) return undefined;
  const grants = own.map((target): Grant => {
    const { destination, sources } = target.spec;
    const isHere = destination.port === undefined || destination.port === port;
    const what = isHere ? whatOf(target, port, { routeGroups, tcpRoutes }, notices) : 'nothing';
    const callers = sources.flatMap(({ name, namespace = target.namespace }) =>
      ofServiceAccount(namespace, name, domains),
    );
    return {
      name: `smi-traffictarget[${target.namespace}/${target.name}]`,
      from: provenanceOf(target, ''),
      who: what === 'nothing' ? undefined : anyOfThem(callers),
      ...(typeof what === 'string' ? {} : { what }),
    };
  });
  return { grants, audit: false };
}

/** Ports of the workload that its TrafficTargets name: what they grant there, they grant at no other. */
export function targetPorts(
  { trafficTargets, tcpRoutes }: Pick<NamespacePolicies, 'trafficTargets' | 'tcpRoutes'>,
  account: string,
): readonly number[] {
  return trafficTargets
    .filter(({ spec }) => spec.destination.name === account)
    .flatMap(({ namespace, spec }) => {
      if (spec.destination.port !== undefined) return [spec.destination.port];
      return (spec.rules ?? [])
        .filter(({ kind }) => kind === 'TCPRoute')
        .flatMap(({ name }) => tcpRoutes.get(`${namespace}/${name}`)?.spec.matches?.ports ?? []);
    });
}

/** A rule of connections takes every request too. */
function whatOf(
  target: Target,
  port: number,
  { routeGroups, tcpRoutes }: Pick<NamespacePolicies, 'routeGroups' | 'tcpRoutes'>,
  notices: string[],
): PermissionInit | 'everything' | 'nothing' {
  const { rules = [] } = target.spec;
  const requests: PermissionInit[] = [];
  if (rules.length === 0) return 'everything';
  for (const [index, { kind, name, matches = [] }] of rules.entries()) {
    const key = `${target.namespace}/${name}`;
    const from = provenanceOf(target, `rules[${index}]`);
    if (kind === 'TCPRoute') {
      const route = tcpRoutes.get(key);
      if (route === undefined) notices.push(notice(from, `there is no TCPRoute ${key}; the rule grants nothing`));
      const ports = route?.spec.matches?.ports ?? [];
      if (route !== undefined && (ports.length === 0 || ports.includes(port))) return 'everything';
      continue;
    }
    const group = routeGroups.get(key);
    if (group === undefined) notices.push(notice(from, `there is no HTTPRouteGroup ${key}; the rule grants nothing`));
    const chosen = (group?.spec.matches ?? []).filter((match) => matches.length === 0 || matches.includes(match.name));
    requests.push(...chosen.map(requestOf));
  }
  const [only] = requests;
  if (only === undefined) return 'nothing';
  return requests.length === 1 ? only : { rule: { case: 'orRules', value: { rules: requests } } };
}

/** All that the match says together. */
function requestOf({ methods = [], pathRegex, headers = {} }: HttpRouteGroupSpec['matches'][number]): PermissionInit {
  const rules: PermissionInit[] = [];
  if (methods.length > 0 && !methods.includes('*')) {
    rules.push({
      rule: {
        case: 'orRules',
        value: { rules: methods.map((method) => header(':method', exactForm(method.toUpperCase()))) },
      },
    });
  }
  if (pathRegex !== undefined) {
    rules.push({ rule: { case: 'urlPath', value: { rule: { case: 'path', value: regexForm(pathRegex) } } } });
  }
  for (const [name, regex] of Object.entries(headers)) rules.push(header(name, regexForm(regex)));
  return rules.length === 0 ? { rule: { case: 'any', value: true } } : { rule: { case: 'andRules', value: { rules } } };
}

function header(name: string, value: ReturnType<typeof exactForm>): PermissionInit {
  return { rule: { case: 'header', value: { name, headerMatchSpecifier: { case: 'stringMatch', value } } } };
}
