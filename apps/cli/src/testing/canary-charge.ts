/** The request that the shop's own rules send to the canary of payment, as weft explain is asked for it. */

const caller = ['--from', 'order'] as const;

export const explainCanaryCharge = ['explain', 'GET', 'http://payment.shop/charge', '-H', 'x-canary: 1', ...caller];
