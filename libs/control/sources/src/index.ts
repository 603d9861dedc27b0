/** Where resources come from: a watched folder, the operator API. */
export type { AppliedChange, AppliedSource, AppliedSourceOptions, PutResult } from './applied/applied-source.ts';
export { createAppliedSource } from './applied/applied-source.ts';
export type { Disk } from './applied/disk.ts';
export type { FolderSource, FolderSourceOptions } from './folder/folder-source.ts';
export { createFolderSource } from './folder/folder-source.ts';
export { sourceLimits } from './limits.ts';
export type { MeshConfigSource, MeshConfigSourceOptions } from './mesh-config/mesh-config-source.ts';
export { createMeshConfigSource } from './mesh-config/mesh-config-source.ts';
export type { FileState, ResourceSource, SourceLogger, SourceOptions } from './source.ts';
