import { describe, expect, it } from 'vitest';
import { childPath, isWithin, joinPath, parentPath } from './path.ts';

describe('a path', () => {
  it.each([
    ['', 'spec', 'spec'],
    ['spec', 'http', 'spec.http'],
    ['spec.http', 0, 'spec.http[0]'],
    ['headers', 'x-canary', 'headers.x-canary'],
    ['labels', 'app.kubernetes.io/name', 'labels["app.kubernetes.io/name"]'],
    ['labels', 'a"]["b', 'labels["a\\"][\\"b"]'],
    ['labels', '', 'labels[""]'],
    ['', 'a b', '["a b"]'],
  ])('of %j and %j is %j, and back', (parent, step, path) => {
    expect(childPath(parent, step)).toBe(path);
    if (!path.includes('\\"')) expect(parentPath(path)).toBe(parent);
  });

  it.each([
    ['', '', ''],
    ['', 'spec', 'spec'],
    ['items[0]', '', 'items[0]'],
    ['items[0]', 'spec.http[1]', 'items[0].spec.http[1]'],
    ['items', '[0].spec', 'items[0].spec'],
  ])('below %j: %j is %j', (base, path, joined) => {
    expect(joinPath(base, path)).toBe(joined);
  });

  it('lies within its ancestors only', () => {
    expect(isWithin('spec.http[0].route', 'spec.http[0]')).toBe(true);
    expect(isWithin('spec.http[0]', 'spec.http[0]')).toBe(true);
    expect(isWithin('spec', '')).toBe(true);
    expect(isWithin('spec.http[10]', 'spec.http[1]')).toBe(false);
    expect(isWithin('spec.hosts', 'spec.host')).toBe(false);
  });
});
