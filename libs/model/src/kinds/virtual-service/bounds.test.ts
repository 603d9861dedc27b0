import { describe, expect, it } from 'vitest';
import { limits } from '../../limits.ts';
import { documentOf, violationsOf } from '../../testing/verdict.ts';

function verdictOf(hosts: readonly string[]): string[] {
  return violationsOf(
    documentOf('VirtualService', `hosts: [${hosts.join(', ')}]\nhttp: [{ directResponse: { status: 200 } }]`),
  );
}

describe('the hosts of a VirtualService', () => {
  const many = Array.from({ length: limits.overlappingHostsMax }, (_, index) => `a${index}.example.com`);

  it('are compared pair by pair up to a bound', () => {
    expect(verdictOf([...many, '"*.example.com"'])).toEqual([
      `spec.hosts[${many.length}]: duplicate host "*.example.com": "a0.example.com" has names in common with it`,
    ]);
  });

  it('are only looked up beyond it', () => {
    const more = [...many, 'b.example.org'];
    expect(verdictOf([...more, '"*.example.com"'])).toEqual([]);
    expect(verdictOf([...more, 'A7.example.com'])).toEqual([
      `spec.hosts[${more.length}]: duplicate host "A7.example.com"`,
    ]);
  });
});
