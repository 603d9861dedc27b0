/** The last step of a start: one request to every service, so that "ready" means that an order can be placed. */

import { type Clock, delay } from '@weft/kernel';

export interface ShopCheck {
  readonly answers: boolean;
  /** A product of the shop; empty where none was found. */
  readonly sku: string;
}

/** One path of each service; "no" to a caller without a token is an answer too. */
export const shopPaths = ['/api/products', '/.well-known/jwks.json', '/api/orders', '/api/payment-methods'] as const;

const checkTimeoutMs = 12_000;
const requestTimeoutMs = 3_000;
const checkPeriodMs = 50;

/**
 * Asks until every address answers itself (no 5xx of a proxy on the way), at most some seconds: rules of the user's may well
 * forbid it.
 */
export async function waitForShop(clock: Clock, urls: readonly string[]): Promise<ShopCheck> {
  const until = clock.monotonic() + checkTimeoutMs;
  const answers = await Promise.all(urls.map((url) => waitFor(clock, url, until)));
  return {
    answers: !answers.includes(undefined),
    // The list may be bare or under a name: the first product is all that is wanted of it.
    sku: answers.map((text) => /"sku"\s*:\s*"([^"\\]+)"/.exec(text ?? '')?.[1]).find((sku) => sku !== undefined) ?? '',
  };
}

async function waitFor(clock: Clock, url: string, until: number): Promise<string | undefined> {
  for (;;) {
    const text = await ask(url);
    if (text !== undefined) return text;
    if (clock.monotonic() > until) return undefined;
    await delay(clock, checkPeriodMs);
  }
}

async function ask(url: string): Promise<string | undefined> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(requestTimeoutMs) });
    const text = await response.text();
    return response.status < 500 ? text : undefined;
  } catch {
    return undefined;
  }
}
