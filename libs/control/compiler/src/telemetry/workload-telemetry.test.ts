import { defaultMeshConfig } from '@weft/model';
import { describe, expect, it } from 'vitest';
import { createTestMesh } from '../testing/mesh.ts';
import { createTelemetryIndex } from './workload-telemetry.ts';

const telemetry = (name: string, spec: string): string =>
  `apiVersion: telemetry.istio.io/v1\nkind: Telemetry\nmetadata: { name: ${name}, namespace: shop }\nspec: ${spec}\n`;
const order = { namespace: 'shop', labels: { app: 'order' } };

describe('the Telemetries of a workload', () => {
  it('stay the same object while none of them changes, over models', () => {
    const mesh = createTestMesh({ 'a.yaml': telemetry('a', '{ accessLogging: [{ disabled: true }] }') });
    const before = createTelemetryIndex(mesh.input().model, defaultMeshConfig);
    const known = before.of(order);
    expect(known.map(({ name }) => name)).toEqual(['a']);
    expect(before.of({ ...order })).toBe(known);
    mesh.change({
      'a.yaml': telemetry('a', '{ accessLogging: [{ disabled: true }] }'),
      'b.yaml': telemetry('b', '{ selector: { matchLabels: { app: payment } } }'),
    });
    const after = createTelemetryIndex(mesh.input().model, defaultMeshConfig, before);
    expect(after.of(order)).toBe(known);
    mesh.change({ 'a.yaml': telemetry('a', '{ accessLogging: [{}] }') });
    expect(createTelemetryIndex(mesh.input().model, defaultMeshConfig, after).of(order)).not.toBe(known);
  });

  it('are remembered for so many workloads and no more', () => {
    const { model } = createTestMesh({ 'a.yaml': telemetry('a', '{}') }).input();
    const index = createTelemetryIndex(model, defaultMeshConfig, undefined, 2);
    for (const app of ['a', 'b', 'c']) expect(index.of({ namespace: 'shop', labels: { app } })).toHaveLength(1);
    expect(index.known.size).toBe(2);
  });
});
