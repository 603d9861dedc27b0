/** Where a compiled thing came from, as data and as the "weft" metadata of xDS. */

import type { JsonObject } from '@bufbuild/protobuf';
import { describeProvenance, type Provenance } from '@weft/kernel';
import type { Kind, Resource } from '@weft/model';

/** @param rule path below spec ("http[0].route[1]"); empty for the resource itself. */
export function provenanceOf<K extends Kind>(resource: Resource<K>, rule: string): Provenance {
  const position = rule === '' ? resource.position : resource.at(`spec.${rule}`);
  return {
    resource: `${resource.kind} ${resource.namespace}/${resource.name}`,
    file: position.file,
    line: position.line,
    rule,
  };
}

/** @param rule a sentence that says what the default is. */
export function builtIn(rule: string): Provenance {
  return { resource: '', file: '', line: 0, rule };
}

/** `extra` comes after the keys of a Provenance. */
export function weftStruct(from: Provenance, extra: JsonObject = {}): JsonObject {
  return { file: from.file, line: from.line, resource: from.resource, rule: from.rule, ...extra };
}

/** "file:line resource rule: sentence". */
export function notice(from: Provenance, sentence: string): string {
  return `${describeProvenance(from)}: ${sentence}`;
}
