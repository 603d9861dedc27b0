/** Key sets of RequestAuthentications, fetched here so that no proxy has to reach the issuers (Istio's jwks_resolver). */

import { keySourceOf } from '@weft/control-compiler';
import type { Cancel, Clock } from '@weft/kernel';
import type { JwtRule, Model } from '@weft/model';
import type { Logger } from '@weft/telemetry';

/** Sources kept at a time; rules over it are refused all tokens, and noted. */
export const sourcesMax = 256;
export const refreshMs = 20 * 60_000;
export const retryFirstMs = 60_000;
export const retryMaxMs = 60 * 60_000;
const timeoutDefaultMs = 5_000;

export interface KeySetKeeperOptions {
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'info' | 'warn'>;
  /** @throws Error that says what is wrong. */
  fetch(url: string, timeoutMs: number): Promise<string>;
  /** The key sets changed. */
  onChange(): void;
}

export interface KeySetKeeper {
  /** By `keySourceOf` of their rules; the same object until one changes. */
  keySets(): ReadonlyMap<string, string>;
  /** Starts to fetch what is new, forgets what nobody names any more. */
  setModel(model: Model): void;
  stop(): void;
}

interface Source {
  readonly rule: JwtRule;
  failures: number;
  cancel: Cancel;
}

export function createKeySetKeeper(options: KeySetKeeperOptions): KeySetKeeper {
  const { clock, logger } = options;
  const sources = new Map<string, Source>();
  let keySets: ReadonlyMap<string, string> = new Map();

  const put = (key: string, text: string | undefined): void => {
    if (keySets.get(key) === text) return;
    const next = new Map(keySets);
    if (text === undefined) next.delete(key);
    else next.set(key, text);
    keySets = next;
    options.onChange();
  };

  const fetchOnce = async (key: string, source: Source): Promise<void> => {
    const timeoutMs = source.rule.timeoutMs ?? timeoutDefaultMs;
    let waitMs = refreshMs;
    try {
      const text = checkedKeySet(await options.fetch(await keySetUrl(key, source.rule, timeoutMs), timeoutMs));
      if (sources.get(key) !== source) return;
      source.failures = 0;
      put(key, text);
    } catch (error) {
      if (sources.get(key) !== source) return;
      waitMs = Math.min(retryMaxMs, retryFirstMs * 2 ** source.failures);
      source.failures += 1;
      logger.warn(
        { keySet: key, issuer: source.rule.issuer, reason: error instanceof Error ? error.message : String(error) },
        keySets.has(key)
          ? 'the keys of an issuer could not be fetched again; the last ones stay'
          : 'the keys of an issuer could not be fetched; its tokens are refused until they can',
      );
    }
    source.cancel = clock.after(waitMs, () => void fetchOnce(key, source));
  };

  const keySetUrl = async (key: string, { jwksUri, issuer }: JwtRule, timeoutMs: number): Promise<string> => {
    if (jwksUri !== undefined) return jwksUri;
    const configuration: unknown = JSON.parse(await options.fetch(key, timeoutMs));
    const found = (configuration as { jwks_uri?: unknown } | null)?.jwks_uri;
    if (typeof found !== 'string' || !/^https?:\/\//.test(found)) {
      throw new Error(`the OpenID configuration of ${issuer} names no jwks_uri`);
    }
    return found;
  };

  return {
    keySets: () => keySets,
    setModel(model) {
      const wanted = new Map<string, JwtRule>();
      for (const { spec } of model.byKind('RequestAuthentication')) {
        for (const rule of spec.jwtRules ?? []) {
          if (rule.jwks === undefined && wanted.size < sourcesMax) wanted.set(keySourceOf(rule), rule);
        }
      }
      for (const [key, source] of sources) {
        if (wanted.has(key)) continue;
        source.cancel();
        sources.delete(key);
        put(key, undefined);
      }
      for (const [key, rule] of wanted) {
        if (sources.has(key)) continue;
        const source: Source = { rule, failures: 0, cancel: () => {} };
        sources.set(key, source);
        void fetchOnce(key, source);
      }
    },
    stop() {
      for (const { cancel } of sources.values()) cancel();
      sources.clear();
    },
  };
}

/** @throws Error unless it is a JSON Web Key Set (RFC 7517, section 5). */
function checkedKeySet(text: string): string {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw new Error('the key set is not JSON');
  }
  if (!Array.isArray((parsed as { keys?: unknown } | null)?.keys)) throw new Error('the key set has no list "keys"');
  return text;
}
