/** A pure function from the model and one proxy to xDS resources. */
export { analyse, findingsMax } from './analysis/analyse.ts';
export type { Analyser, AnalysisFinding, AnalysisSeverity } from './analysis/analyser.ts';
export { analysers } from './analysis/analysers.ts';
export type { Compiler, CompilerLimits } from './compile.ts';
export { compile, createCompiler, defaultCompilerLimits } from './compile.ts';
export type { CheckedResource, CheckedSet } from './consistency.ts';
export { checkConsistency } from './consistency.ts';
export type { CompileInput } from './input.ts';
export { keySourceOf } from './policies/jwt.ts';
export { sameButInstances } from './same-model.ts';
export type { Snapshot, SnapshotResource } from './snapshot.ts';
export { typeUrls } from './snapshot.ts';
