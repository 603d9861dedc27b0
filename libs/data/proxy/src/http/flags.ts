/** Envoy's response flags, in the order that it prints them. */

const order = [
  'LH',
  'UH',
  'UT',
  'LR',
  'UR',
  'UF',
  'UC',
  'UO',
  'NR',
  'DI',
  'FI',
  'RL',
  'UAEX',
  'RLSE',
  'DC',
  'URX',
  'SI',
  'IH',
  'DPE',
  'UMSDR',
  'RFCF',
  'NFCF',
  'DT',
  'UPE',
  'NC',
  'OM',
  'DF',
  'DO',
  'DR',
];

/** @param flags joined with ","; "-" for none. @returns the flags with one more. */
export function withFlag(flags: string, flag: string): string {
  if (flags === '-') return flag;
  const all = flags.split(',');
  if (all.includes(flag)) return flags;
  return [...all, flag].sort((a, b) => rank(a) - rank(b)).join(',');
}

function rank(flag: string): number {
  const at = order.indexOf(flag);
  return at < 0 ? order.length : at;
}
