/** Request ids are UUIDs. */

import { createSeededRandom } from '@weft/kernel';
import { expect, it } from 'vitest';
import { uuid } from './request-id.ts';

it('makes version 4 UUIDs that differ', () => {
  const random = createSeededRandom(1);
  const made = Array.from({ length: 1_000 }, () => uuid(random));
  for (const id of made) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(new Set(made).size).toBe(1_000);
});
