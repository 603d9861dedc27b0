import { describe, expect, it } from 'vitest';
import { claimPath } from './claims.ts';

describe('the path to a claim', () => {
  it.each([
    ['@request.auth.claims.admin', ['admin']],
    ['@request.auth.claims.group.id', ['group', 'id']],
    ['@request.auth.claims[group][roleName]', ['group', 'roleName']],
    ['@request.auth.claims[https://a.example/x.y]', ['https://a.example/x.y']],
    ['@Request.Auth.Claims[a]', ['a']],
    ['@request.auth.claims', undefined],
    ['@request.auth.claims.', undefined],
    ['@request.auth.claims[]', undefined],
    ['x-user', undefined],
  ])('of %s is %j', (name, expected) => {
    expect(claimPath(name)).toEqual(expected);
  });
});
