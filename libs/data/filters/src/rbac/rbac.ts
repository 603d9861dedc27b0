/** Authorisation of requests: envoy.extensions.filters.http.rbac.v3. */

import { type Exchange, filterDisabled, type HttpFilter, requestOf } from '@weft/data-runtime';
import { addMetadata } from '../dynamic-metadata.ts';
import {
  allows,
  deniedDetails,
  deniedReason,
  type PolicyFrom,
  type RbacPolicy,
  type RbacRules,
} from '../rbac-rules.ts';
import type { RbacSubject } from '../rbac-subject.ts';
import type { RbacCount } from './stats.ts';

/** Rules with what is noted of their judgements. */
export interface RbacEngine {
  readonly rules: RbacRules;
  readonly count: RbacCount;
  /** "shadow_" or "enforced_" with the stat prefix before it. */
  readonly metadataPrefix: string;
}

/** One filter's configuration, or a route's instead of it. */
export interface RbacSettings {
  readonly enforced: RbacEngine | undefined;
  readonly shadow: RbacEngine | undefined;
}

const namespace = 'envoy.filters.http.rbac';
const commonNamespace = 'envoy.common';
const logged = { access_log_hint: true };
const notLogged = { access_log_hint: false };

/** @param settings of the listener; `filterConfig(name)` gives those of a route. */
export function createRbac(name: string, settings: RbacSettings, policyFrom?: PolicyFrom): HttpFilter {
  const subject: Partial<RbacSubject> = {};
  const judge = createJudge();
  return {
    name,
    onRequest(exchange) {
      const own = exchange.filterConfig(name);
      if (own === filterDisabled) return true;
      const { enforced, shadow } = (own as RbacSettings | undefined) ?? settings;
      if (enforced === undefined && shadow === undefined) return true;
      subject.connection = exchange.connection;
      subject.request = requestOf(exchange);
      subject.remoteAddress = exchange.downstreamAddress;
      subject.metadata = exchange.metadata;
      if (shadow !== undefined) judge(exchange, shadow, shadow.rules.match(subject as RbacSubject));
      if (enforced === undefined) return true;
      const matched = enforced.rules.match(subject as RbacSubject);
      if (enforced.rules.action === 'log') {
        addMetadata(exchange, commonNamespace, matched === undefined ? notLogged : logged);
      }
      if (judge(exchange, enforced, matched)) return true;
      exchange.reason = deniedReason(enforced.rules, matched, policyFrom);
      exchange.answer(403, [], 'RBAC: access denied', deniedDetails(matched));
      return false;
    },
  };
}

/** Counts and notes a judgement; what is noted of a policy is made once. */
function createJudge(): (exchange: Exchange, engine: RbacEngine, matched: RbacPolicy | undefined) => boolean {
  const notes = new WeakMap<RbacPolicy | RbacRules, Record<string, unknown>>();
  return (exchange, engine, matched) => {
    const allowed = allows(engine.rules, matched);
    engine.count(allowed, matched);
    const key = matched ?? engine.rules;
    let note = notes.get(key);
    if (note === undefined) {
      const { metadataPrefix } = engine;
      note = { [`${metadataPrefix}engine_result`]: allowed ? 'allowed' : 'denied' };
      if (matched !== undefined) note[`${metadataPrefix}effective_policy_id`] = matched.name;
      notes.set(key, note);
    }
    addMetadata(exchange, namespace, note);
    return allowed;
  };
}
