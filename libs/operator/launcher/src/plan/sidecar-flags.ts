/** Node's flags for the sidecar: whoever starts one gives them before the program. */

export const sidecarNodeFlags: readonly string[] = [
  // A sidecar has a core to itself at most, and a heap of 25 MB: V8's helpers only take turns with what they are to help.
  '--single-threaded-gc',
  // Compilation goes on beside the requests; each further thread would keep memory that it needed once.
  '--v8-pool-size=1',
];
