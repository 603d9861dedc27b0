/** ServiceProfiles, TrafficSplits and retry and timeout annotations of Services, in Linkerd's order of precedence. */

import {
  compareByAge,
  type Model,
  parseLinkerdAnnotations,
  timesOfAnnotations,
  translateServiceProfile,
  translateTrafficSplit,
} from '@weft/model';
import type { IndexedVirtualService } from '../model-index.ts';
import { notice, provenanceOf } from '../provenance.ts';
import type { Naming } from '../virtual-services/placed-rule.ts';
import { indexedRules, placeTranslated } from './place.ts';

export function linkerdRules(model: Model, naming: Naming): readonly IndexedVirtualService[] {
  return [...profiles(model, naming), ...splits(model, naming), ...annotated(model, naming)];
}

function profiles(model: Model, naming: Naming): readonly IndexedVirtualService[] {
  return [...model.byKind('ServiceProfile')].sort(compareByAge).flatMap((profile) => {
    const { host, rules, notices } = translateServiceProfile(profile, naming.domain);
    const said = notices.map(({ path, message }) =>
      notice(provenanceOf(profile, path.replace(/^spec\./, '')), message),
    );
    if (rules.length === 0 && said.length === 0) return [];
    const placed = rules.map((rule) => placeTranslated(profile, rule, naming));
    return [indexedRules({ resource: profile, hosts: [naming.canonical(host)], rules: placed, notices: said })];
  });
}

function splits(model: Model, naming: Naming): readonly IndexedVirtualService[] {
  return [...model.byKind('TrafficSplit')].sort(compareByAge).map((split) => {
    const { host, rules } = translateTrafficSplit(split, naming.domain);
    const placed = rules.map((rule) => placeTranslated(split, rule, naming));
    return indexedRules({ resource: split, hosts: [naming.canonical(host)], rules: placed });
  });
}

/** For all of a service, where no route says anything. */
function annotated(model: Model, naming: Naming): readonly IndexedVirtualService[] {
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
