/** Paths inside a document: "spec.http[0].headers.x-canary", `metadata.labels["app.kubernetes.io/name"]`. */

const plainKey = /^[A-Za-z0-9_-]+$/;

/** Adds one step to a path; a number is an index. */
export function childPath(parent: string, step: string | number): string {
  if (typeof step === 'number') return `${parent}[${step}]`;
  if (!plainKey.test(step)) return `${parent}[${JSON.stringify(step)}]`;
  return parent === '' ? step : `${parent}.${step}`;
}

/** `path` below `base`; either may be empty. */
export function joinPath(base: string, path: string): string {
  if (base === '' || path === '') return base + path;
  return path.startsWith('[') ? base + path : `${base}.${path}`;
}

/** The path without its last step; empty for a first step. */
export function parentPath(path: string): string {
  if (path.endsWith('"]')) {
    let start = path.length - 3;
    while (start > 0 && !(path[start] === '"' && path[start - 1] === '[')) start--;
    return path.slice(0, Math.max(0, start - 1));
  }
  return path.slice(0, Math.max(0, path.lastIndexOf('['), path.lastIndexOf('.')));
}

/** True where `path` is `ancestor` or lies below it. */
export function isWithin(path: string, ancestor: string): boolean {
  if (ancestor === '' || path === ancestor) return true;
  const next = path[ancestor.length];
  return path.startsWith(ancestor) && (next === '.' || next === '[');
}
