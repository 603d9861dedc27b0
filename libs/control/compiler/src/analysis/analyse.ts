/** All analysers over one configuration. */

import type { CompileInput } from '../input.ts';
import { analysedMesh, nameOf } from './analysed-mesh.ts';
import type { Analyser, AnalysisFinding, Doubt } from './analyser.ts';
import { analysers } from './analysers.ts';

/** Most findings of one run; the last says how many more there are. */
export const findingsMax = 1_000;

/** Pure. In order of file, line and column; of one place in the order of the codes. */
export function analyse(input: CompileInput, chosen: readonly Analyser[] = analysers): readonly AnalysisFinding[] {
  const mesh = analysedMesh(input);
  const found = chosen.flatMap((analyser) => analyser.find(mesh).map((doubt) => findingOf(analyser, doubt)));
  found.sort(byPlace);
  const last = found[findingsMax - 1];
  if (found.length <= findingsMax || last === undefined) return found;
  const more = `${found.length - findingsMax + 1} more findings from here on`;
  return [...found.slice(0, findingsMax - 1), { ...last, path: '', message: more }];
}

function findingOf(analyser: Analyser, { resource, path, message, severity }: Doubt): AnalysisFinding {
  const { code, name, istio } = analyser;
  const position = path === '' ? resource.position : resource.at(path);
  const { file, line, column } = position;
  const what = nameOf(resource);
  return {
    file,
    line,
    column,
    code,
    name,
    severity: severity ?? analyser.severity,
    istio,
    resource: what,
    path,
    message,
  };
}

function byPlace(left: AnalysisFinding, right: AnalysisFinding): number {
  if (left.file !== right.file) return left.file < right.file ? -1 : 1;
  return left.line - right.line || left.column - right.column || (left.code < right.code ? -1 : 1);
}
