/** For tests of what reads a model: documents in few words. */
export type { ServiceText, WorkloadGroupText } from './documents.ts';
export { documentsText, serviceText, workloadGroupText } from './documents.ts';
