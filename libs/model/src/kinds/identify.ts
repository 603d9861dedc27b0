/** apiVersion and kind of a document → the definition of its kind, or a sentence that says what is wrong. */

import type { Kind } from '../resource.ts';
import { nearest } from '../schema/edit-distance.ts';
import { notDoneMessage } from '../schema/object.ts';
import { alternativeTo } from './alternatives.ts';
import { writtenKind } from './definition.ts';
import { isForeign } from './foreign-kinds.ts';
import { kindDefinitions, kindsNotDone } from './registry.ts';

export interface Unidentified {
  readonly path: 'apiVersion' | 'kind';
  readonly message: string;
  /** Of others than the mesh: to be told, not refused. */
  readonly notRead?: true;
}

const notDoneIn = (group: string): readonly string[] =>
  Object.hasOwn(kindsNotDone, group) ? (kindsNotDone[group] ?? []) : [];

const groupOf = (apiVersion: string): string => (apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '');
const done = Object.values(kindDefinitions);
const knownGroups = [
  ...new Set([...done.flatMap(({ apiVersions }) => apiVersions).map(groupOf), ...Object.keys(kindsNotDone)]),
];

/** Kinds by the name that documents write; several groups may have one of that name. */
const byWrittenKind = new Map<string, Kind[]>();
for (const { kind } of done) {
  const written = writtenKind(kind);
  byWrittenKind.set(written, [...(byWrittenKind.get(written) ?? []), kind]);
}

const meantOne = (name: string, known: readonly string[]): string => {
  const meant = nearest(name, known);
  return meant === undefined ? '' : `; did you mean ${JSON.stringify(meant)}?`;
};

/** The kind to parse a document as. */
export function identifyKind(apiVersion: string, kind: string): Kind | Unidentified {
  const group = groupOf(apiVersion);
  const candidatesByName = byWrittenKind.get(kind) ?? [];
  for (const candidate of candidatesByName) {
    if (kindDefinitions[candidate].apiVersions.includes(apiVersion)) return candidate;
  }
  if (notDoneIn(group).includes(kind)) {
    const message = alternativeTo(group, kind) ?? notDoneMessage(group === '' ? kind : `${kind} (${group})`);
    return { path: 'kind', message };
  }
  if (isForeign(group, kind, knownGroups)) {
    const shown = group === '' ? kind : `${kind} (${group})`;
    return { path: 'kind', message: `${shown} is not read by the mesh`, notRead: true };
  }
  if (candidatesByName.length > 0) {
    const all = candidatesByName.flatMap((candidate) => kindDefinitions[candidate].apiVersions);
    const ofGroup = all.filter((version) => groupOf(version) === group);
    const known = ofGroup.length > 0 ? ofGroup : all;
    return {
      path: 'apiVersion',
      message: `unknown apiVersion ${JSON.stringify(apiVersion)} of ${kind}; known: ${known.join(', ')}`,
    };
  }
  const inGroup = done.filter(({ apiVersions }) => apiVersions.some((version) => groupOf(version) === group));
  const candidates = [...inGroup.map((definition) => writtenKind(definition.kind)), ...notDoneIn(group)];
  if (!knownGroups.includes(group)) {
    return { path: 'apiVersion', message: `unknown API group ${JSON.stringify(group)}${meantOne(group, knownGroups)}` };
  }
  return {
    path: 'kind',
    message: `unknown kind ${JSON.stringify(kind)} of ${JSON.stringify(apiVersion)}${meantOne(kind, candidates)}; known: ${candidates.join(', ')}`,
  };
}
