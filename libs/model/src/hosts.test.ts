import { describe, expect, it } from 'vitest';
import { hostsOverlap, isHostWithin } from './hosts.ts';

describe('two hosts', () => {
  it.each([
    ['a.example.com', 'A.example.com', true],
    ['a.example.com', 'b.example.com', false],
    ['*.example.com', 'a.example.com', true],
    ['*.example.com', 'example.com', false],
    ['*.example.com', '*.com', true],
    ['*.example.com', '*.example.org', false],
    ['*-x.example.com', '*.example.com', true],
    ['*', 'anything', true],
  ])('%s and %s overlap: %s', (left, right, expected) => {
    expect(hostsOverlap(left, right)).toBe(expected);
    expect(hostsOverlap(right, left)).toBe(expected);
  });

  it.each([
    ['a.example.com', '*.example.com', true],
    ['*.a.example.com', '*.example.com', true],
    ['*.example.com', '*.example.com', true],
    ['*.example.com', '*.a.example.com', false],
    ['*.example.com', 'a.example.com', false],
    ['a.example.com', 'a.example.com', true],
    ['a.example.com', '*', true],
  ])('%s lies within %s: %s', (host, within, expected) => {
    expect(isHostWithin(host, within)).toBe(expected);
  });
});
