/** Envoy's response flags of one exchange. */

/** @param flags joined with ","; "-" for none. @returns the flags with one more, in the order in which they came, as Envoy prints them. */
export function withFlag(flags: string, flag: string): string {
  if (flags === '-') return flag;
  return flags.split(',').includes(flag) ? flags : `${flags},${flag}`;
}
