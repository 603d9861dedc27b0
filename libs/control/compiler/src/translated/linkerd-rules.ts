/** ServiceProfiles and TrafficSplits, and retry and timeout annotations of Services. */

import {
  compareByAge,
  type Model,
  parseLinkerdAnnotations,
  type Resource,
  type TranslatedRule,
  timesOfAnnotations,
  translateServiceProfile,
  translateTrafficSplit,
} from '@weft/model';
import type { IndexedVirtualService } from '../model-index.ts';
import { notice, provenanceOf } from '../provenance.ts';
import type { Naming } from '../virtual-services/placed-rule.ts';
import { indexedRules, placeTranslated } from './place.ts';

/** They take a service over: where one speaks, routes and annotations are not asked. A split is as the overrides of a profile. */
export function takeoverRules(model: Model, naming: Naming): readonly IndexedVirtualService[] {
  return [...profiles(model, naming), ...splits(model, naming)];
}

function profiles(model: Model, naming: Naming): readonly IndexedVirtualService[] {
  // The oldest last, so that it stays.
  const splitOf = new Map(
    [...usedSplits(model, naming)]
      .reverse()
      .map(({ split, host, rules }) => [`${split.namespace}/${host}`, rules[0]?.rule.route] as const),
  );
  return [...model.byKind('ServiceProfile')].sort(compareByAge).flatMap((profile) => {
    const split = splitOf.get(`${profile.namespace}/${naming.canonical(profile.name)}`);
    const { host, rules, notices } = translateServiceProfile(profile, naming.domain, split);
    const said = notices.map(({ path, message }) =>
      notice(provenanceOf(profile, path.replace(/^spec\./, '')), message),
    );
    if (rules.length === 0 && said.length === 0) return [];
    const placed = rules.map((rule) => placeTranslated(profile, rule, naming));
    return [indexedRules({ resource: profile, hosts: [naming.canonical(host)], rules: placed, notices: said })];
  });
}

function splits(model: Model, naming: Naming): readonly IndexedVirtualService[] {
  return usedSplits(model, naming).map(({ split, host, rules }) => {
    const placed = rules.map((rule) => placeTranslated(split, rule, naming));
    return indexedRules({ resource: split, hosts: [host], rules: placed });
  });
}

interface UsedSplit {
  readonly split: Resource<'TrafficSplit'>;
  /** As the registry knows it. */
  readonly host: string;
  readonly rules: readonly TranslatedRule[];
}

/** Oldest first; those of services of another namespace than their own are left out, which validation warns of. */
function usedSplits(model: Model, naming: Naming): readonly UsedSplit[] {
  return [...model.byKind('TrafficSplit')].sort(compareByAge).flatMap((split) => {
    const translated = translateTrafficSplit(split, naming.domain);
    const host = naming.canonical(translated.host);
    return host.endsWith(`.${split.namespace}.svc.${naming.domain}`) ? [{ split, host, rules: translated.rules }] : [];
  });
}

/** For all of a service, where no route says anything. */
export function annotatedRules(model: Model, naming: Naming): readonly IndexedVirtualService[] {
  return [...model.byKind('Service')].sort(compareByAge).flatMap((service) => {
    if (!Object.keys(service.annotations).some((key) => /^(retry|timeout)\.linkerd\.io\//.test(key))) return [];
    const { retry, timeouts } = parseLinkerdAnnotations(service.annotations).value;
    const times = timesOfAnnotations(retry, timeouts);
    if (Object.keys(times).length === 0) return [];
    const host = naming.canonical(`${service.name}.${service.namespace}.svc.${naming.domain}`.toLowerCase());
    const rule = { route: [{ destination: { host } }], ...times };
    return [
      indexedRules({
        resource: service,
        hosts: [host],
        rules: [placeTranslated(service, { rule, path: 'spec' }, naming)],
      }),
    ];
  });
}
