/** Authorisation by another service: envoy.extensions.filters.http.ext_authz.v3. */

import { type Exchange, filterDisabled, type HttpFilter, setField } from '@weft/data-runtime';
import type { Cancel, Random } from '@weft/kernel';
import type { Counter } from '@weft/telemetry';
import { addMetadata } from '../dynamic-metadata.ts';
import { applyOk, applyResponse } from './apply.ts';
import type { Check, CheckInput, FieldChange, Verdict } from './verdict.ts';

export interface BodySettings {
  readonly bytesMax: number;
  readonly allowPartial: boolean;
}

export interface ExtAuthzSettings {
  readonly check: Check;
  readonly body: BodySettings | undefined;
  /** Of requests, 0 to 1; and dynamic metadata that asks for it. */
  readonly enabledShare: number;
  readonly enabledFor: ((exchange: Exchange) => boolean) | undefined;
  readonly denyAtDisable: boolean;
  readonly failureModeAllow: boolean;
  readonly failureModeHeader: boolean;
  readonly statusOnError: number;
  readonly clearRouteCache: boolean;
  readonly ingestMetadata: boolean;
  readonly counters: Readonly<Record<'ok' | 'denied' | 'error' | 'disabled' | 'failureModeAllowed', Counter>>;
}

export interface ExtAuthzPerRoute {
  readonly disabled: boolean;
  readonly contextExtensions: Readonly<Record<string, string>>;
  readonly noBody: boolean;
  readonly body: BodySettings | undefined;
}

/** What is kept of a request. */
interface Pending {
  over: boolean;
  cancel: Cancel | undefined;
  response: readonly FieldChange[];
}

const namespace = 'envoy.filters.http.ext_authz';
const noExtensions = {};

export function createExtAuthz(name: string, settings: ExtAuthzSettings, random: Random): HttpFilter {
  const { check, counters } = settings;

  /** @returns whether the request goes on now. */
  const ask = (exchange: Exchange, pending: Pending, input: CheckInput): boolean => {
    let answered: boolean | undefined;
    let waiting = false;
    const cancel = check(exchange, input, (verdict) => {
      if (pending.over) return;
      pending.cancel = undefined;
      answered = decide(exchange, settings, pending, verdict);
      if (waiting && answered) exchange.proceed();
    });
    if (answered !== undefined) return answered;
    pending.cancel = cancel;
    waiting = true;
    return false;
  };

  return {
    name,
    onRequest(exchange) {
      const found = exchange.filterConfig(name);
      const own = found === filterDisabled ? undefined : (found as ExtAuthzPerRoute | undefined);
      if (found === filterDisabled || own?.disabled === true) return true;
      if (!isEnabled(exchange, settings, random)) {
        counters.disabled.add(1);
        return !settings.denyAtDisable || refuse(exchange, settings, 'ext_authz: denied where it is disabled');
      }
      const pending: Pending = { over: false, cancel: undefined, response: [] };
      exchange.state.set(name, pending);
      const contextExtensions = own?.contextExtensions ?? noExtensions;
      const body = own?.noBody === true ? undefined : (own?.body ?? settings.body);
      if (body === undefined || exchange.request.framing === 'none') {
        return ask(exchange, pending, { body: undefined, partial: false, contextExtensions });
      }
      let going: boolean | undefined;
      let waiting = false;
      exchange.readRequestBody(body.bytesMax, (bytes, whole) => {
        if (pending.over) return;
        going =
          whole || body.allowPartial
            ? ask(exchange, pending, { body: bytes, partial: !whole, contextExtensions })
            : tooLarge(exchange);
        if (waiting && going) exchange.proceed();
      });
      if (going !== undefined) return going;
      waiting = true;
      return false;
    },
    onResponse(exchange) {
      const pending = exchange.state.get(name) as Pending | undefined;
      if (pending !== undefined && pending.response.length > 0) applyResponse(exchange, pending.response);
    },
    onComplete(exchange) {
      const pending = exchange.state.get(name) as Pending | undefined;
      if (pending === undefined) return;
      pending.over = true;
      pending.cancel?.();
    },
  };
}

function isEnabled(exchange: Exchange, { enabledShare, enabledFor }: ExtAuthzSettings, random: Random): boolean {
  if (enabledShare < 1 && (enabledShare <= 0 || random() >= enabledShare)) return false;
  return enabledFor === undefined || enabledFor(exchange);
}

function decide(exchange: Exchange, settings: ExtAuthzSettings, pending: Pending, verdict: Verdict): boolean {
  const { counters } = settings;
  if (verdict.kind === 'error') return fail(exchange, settings, verdict.reason);
  if (verdict.metadata !== undefined && settings.ingestMetadata) addMetadata(exchange, namespace, verdict.metadata);
  if (verdict.kind === 'ok') {
    counters.ok.add(1);
    pending.response = verdict.response;
    const changed = applyOk(exchange, verdict);
    return !changed || !settings.clearRouteCache || exchange.reroute();
  }
  counters.denied.add(1);
  exchange.addFlag('UAEX');
  exchange.reason = 'ext_authz: denied by the authoriser';
  exchange.answer(verdict.status, verdict.fields, verdict.body, 'ext_authz_denied');
  return false;
}

function fail(exchange: Exchange, settings: ExtAuthzSettings, reason: string): boolean {
  settings.counters.error.add(1);
  if (!settings.failureModeAllow) return refuse(exchange, settings, `ext_authz: ${reason}`);
  settings.counters.failureModeAllowed.add(1);
  if (settings.failureModeHeader) setField(exchange.request.fields, 'x-envoy-auth-failure-mode-allowed', 'true');
  return true;
}

function refuse(exchange: Exchange, settings: ExtAuthzSettings, reason: string): false {
  exchange.addFlag('UAEX');
  exchange.reason = reason;
  exchange.answer(settings.statusOnError, [], '', 'ext_authz_error');
  return false;
}

function tooLarge(exchange: Exchange): false {
  exchange.answer(413, [], 'Payload Too Large', 'request_payload_too_large');
  return false;
}
