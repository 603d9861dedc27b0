/** Where resources come from: a watched folder, the operator API, a Kubernetes API server. */
export type { AppliedChange, AppliedSource, AppliedSourceOptions, PutResult } from './applied/applied-source.ts';
export { createAppliedSource } from './applied/applied-source.ts';
export type { Disk } from './applied/disk.ts';
export type { FolderSource, FolderSourceOptions } from './folder/folder-source.ts';
export { createFolderSource } from './folder/folder-source.ts';
export type { ApiAnswer, ApiClient, ApiFailure, ApiRequest } from './kubernetes/api/api-client.ts';
export { createApiClient } from './kubernetes/api/api-client.ts';
export type { ClusterAccess } from './kubernetes/api/cluster-access.ts';
export { AccessError, accessFromPod } from './kubernetes/api/cluster-access.ts';
export { accessFromKubeconfig } from './kubernetes/api/kubeconfig.ts';
export type { KubernetesSource, KubernetesSourceOptions } from './kubernetes/kubernetes-source.ts';
export { createKubernetesSource } from './kubernetes/kubernetes-source.ts';
export type { WatchedKind } from './kubernetes/watched-kinds.ts';
export { groupPath, watchedKinds } from './kubernetes/watched-kinds.ts';
export { sourceLimits } from './limits.ts';
export type { MeshConfigSource, MeshConfigSourceOptions } from './mesh-config/mesh-config-source.ts';
export { createMeshConfigSource } from './mesh-config/mesh-config-source.ts';
export type { FileState, ResourceSource, SourceLogger, SourceOptions } from './source.ts';
