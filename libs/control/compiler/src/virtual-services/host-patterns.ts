/** How names and patterns ("*.example.com", "*") of hosts lie within one another; all in lower case. */

/** True when every host that `inner` stands for is one that `outer` stands for. */
export function isWithin(inner: string, outer: string): boolean {
  if (inner === outer || outer === '*') return true;
  return outer.startsWith('*') && inner.length > outer.length - 1 && inner.endsWith(outer.slice(1));
}

/** True when some host is one of both: one lies within the other. */
export function overlap(left: string, right: string): boolean {
  return isWithin(left, right) || isWithin(right, left);
}

/** The patterns that a host lies within, itself left out, the most specific first: "*.b.c", "*.c", "*" for "a.b.c". */
export function patternsAbove(host: string): readonly string[] {
  const patterns: string[] = [];
  const from = host.startsWith('*.') ? 2 : 0;
  for (let dot = host.indexOf('.', from); dot >= 0; dot = host.indexOf('.', dot + 1)) {
    patterns.push(`*${host.slice(dot)}`);
  }
  if (host !== '*') patterns.push('*');
  return patterns;
}
