/** Which of two resources counts as the older one. */

interface Aged {
  readonly creationTimestamp: string;
  readonly name: string;
  readonly namespace: string;
}

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Go's zero time: a resource without a timestamp is older than one with. */
function timeOf(resource: Aged): number {
  const time = Date.parse(resource.creationTimestamp);
  return Number.isNaN(time) ? Number.NEGATIVE_INFINITY : time;
}

/** Oldest first: creationTimestamp, then name, then namespace (Istio's configCompareByCreationTime). */
export function compareByAge(a: Aged, b: Aged): number {
  return compareTime(a, b) || compareText(a.name, b.name) || compareText(a.namespace, b.namespace);
}

/** Oldest first: creationTimestamp, then "namespace/name", as the Gateway API resolves conflicts. */
export function compareByAgeAndPath(a: Aged, b: Aged): number {
  return compareTime(a, b) || compareText(`${a.namespace}/${a.name}`, `${b.namespace}/${b.name}`);
}

function compareTime(a: Aged, b: Aged): number {
  const timeA = timeOf(a);
  const timeB = timeOf(b);
  return timeA === timeB ? 0 : timeA < timeB ? -1 : 1;
}
