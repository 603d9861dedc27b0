/** The bounds and delays of talking to a Kubernetes API server. */

export const kubernetesLimits = {
  /** Objects asked for in one page of a list. */
  pageSize: 500,
  /** Bytes of one answer, a page of a list among them. */
  answerBytesMax: 64 * 1024 * 1024,
  /** Bytes of one event of a watch: an object that etcd keeps has at most 1.5 MiB, and says its managed fields besides. */
  lineBytesMax: 8 * 1024 * 1024,
  /** Objects of all kinds that are kept; more are left out, and reported. */
  objectsMax: 200_000,
  /** One request that is not a watch. */
  requestMs: 30_000,
  /** A watch that says nothing for so long is taken for dead: the API server sends a bookmark each minute. */
  silenceMs: 150_000,
  /** How long the API server is asked to keep a watch; up to as much again is added by chance, so that not all end at once. */
  watchSeconds: 240,
  /** First delay after a failure; it doubles, with half of it left to chance. */
  backOffMs: 200,
  backOffMaxMs: 10_000,
  /** A kind that the API server does not have is asked for again after this. */
  absentMs: 15_000,
  /** Changes are gathered for so long before they are told. */
  gatherMs: 25,
  /** The same where following a change takes long: twice as long as it took, and at most this. */
  gatherMaxMs: 500,
  /** A token in a file is read again after this. */
  tokenMs: 30_000,
  /** Bytes of a kubeconfig, and of each file that it names. */
  fileBytesMax: 1024 * 1024,
} as const;

export type KubernetesLimits = { readonly [K in keyof typeof kubernetesLimits]: number };
