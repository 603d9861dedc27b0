/** Host names of listeners and routes: which ones they have in common. */

/** The narrower of both where one takes the other ("*.example.com" takes any number of labels, but not example.com), else undefined. */
function narrower(a: string, b: string): string | undefined {
  if (a === b) return a;
  if (takes(a, b)) return b;
  return takes(b, a) ? a : undefined;
}

function takes(wide: string, narrow: string): boolean {
  if (wide === '*') return true;
  if (!wide.startsWith('*.')) return false;
  return narrow.endsWith(wide.slice(1)) && narrow.length > wide.length - 1;
}

/**
 * Host names that a listener gives to a route, ["*"] for all; empty: they have none in common, and the route is not attached.
 * @param listener absent: all.
 * @param route absent or empty: all.
 */
export function commonHostnames(listener: string | undefined, route: readonly string[] | undefined): readonly string[] {
  const whole = listener === undefined || listener === '' ? '*' : listener;
  if (route === undefined || route.length === 0) return [whole];
  return [...new Set(route.map((host) => narrower(whole, host)).filter((host) => host !== undefined))];
}
