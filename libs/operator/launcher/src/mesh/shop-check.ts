/** The last step of a start: one request through everything, so that "ready" means that an order can be placed. */

import { type Clock, delay } from '@weft/kernel';

export interface ShopCheck {
  readonly answers: boolean;
  /** A product that is in stock; empty where none was found. */
  readonly sku: string;
}

const checkTimeoutMs = 12_000;
const requestTimeoutMs = 3_000;
const checkPeriodMs = 50;

/** Asks until the shop lists its products, at most some seconds: rules of the user's may well forbid it. */
export async function waitForShop(clock: Clock, productsUrl: string): Promise<ShopCheck> {
  const until = clock.monotonic() + checkTimeoutMs;
  for (;;) {
    const sku = await firstSku(productsUrl);
    if (sku !== undefined) return { answers: true, sku };
    if (clock.monotonic() > until) return { answers: false, sku: '' };
    await delay(clock, checkPeriodMs);
  }
}

async function firstSku(productsUrl: string): Promise<string | undefined> {
  try {
    const response = await fetch(productsUrl, { signal: AbortSignal.timeout(requestTimeoutMs) });
    const text = await response.text();
    if (!response.ok) return undefined;
    // The list is bare or under a name: the first product that is in stock is all that is wanted of it.
    const found = /"sku"\s*:\s*"([^"\\]+)"/.exec(text);
    return found?.[1] ?? '';
  } catch {
    return undefined;
  }
}
