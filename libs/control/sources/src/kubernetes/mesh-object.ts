/** Istio's MeshConfig out of the ConfigMap that holds it: its last good version stays in force. */

import type { Clock } from '@weft/kernel';
import { describeViolation, type MeshConfig, parseMeshConfig, type Violation } from '@weft/model';
import type { FileState, SourceLogger } from '../source.ts';
import type { KubernetesObject } from './object.ts';

export interface MeshObject {
  /** @param object the ConfigMap; nothing where it is gone. @returns true where anything changed. */
  set(object: KubernetesObject | undefined): boolean;
  /** The same object until it changes; undefined where there is none. */
  current(): MeshConfig | undefined;
  /** Empty where there is no such ConfigMap. */
  files(): readonly FileState[];
}

const key = 'mesh';

/** @param file as positions name it, "kubernetes/ConfigMap/istio-system/istio". */
export function createMeshObject(file: string, clock: Clock, logger: SourceLogger): MeshObject {
  let current: MeshConfig | undefined;
  let state: FileState | undefined;
  let written: string | undefined;

  const reject = (violations: readonly Violation[]): void => {
    logger.warn(
      { file, violations: violations.map(describeViolation) },
      'mesh configuration rejected; the last good one stays',
    );
    const resources = current === undefined ? 0 : 1;
    state = { file, state: 'rejected', resources, violations, lastGoodAt: state?.lastGoodAt ?? '' };
  };

  return {
    set(object) {
      const data = object?.['data'];
      const value = typeof data === 'object' && data !== null ? (data as Record<string, unknown>)[key] : undefined;
      const text = typeof value === 'string' ? value : object === undefined ? undefined : '';
      if (text === written) return false;
      written = text;
      if (text === undefined) {
        current = undefined;
        state = undefined;
        return true;
      }
      const { config, violations, warnings } = parseMeshConfig(file, text);
      if (violations.length > 0) {
        reject(violations);
        return true;
      }
      for (const warning of warnings) logger.warn({ file }, describeViolation(warning));
      current = config;
      state = { file, state: 'ok', resources: 1, violations: [], lastGoodAt: new Date(clock.now()).toISOString() };
      return true;
    },
    current: () => current,
    files: () => (state === undefined ? [] : [state]),
  };
}
