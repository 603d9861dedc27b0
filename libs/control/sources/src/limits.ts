/** The bounds and delays of sources. */

export const sourceLimits = {
  /** YAML files of one watched folder; the rest is not read, and reported. */
  filesMax: 1_000,
  /** Folders inside one watched folder. */
  foldersMax: 256,
  /** Folders inside one another. */
  folderDepthMax: 16,
  /** Entries of one folder that are looked at. */
  entriesMax: 2_000,
  /** Resources that the operator API keeps. */
  appliedMax: 1_000,
  /** Accepted changes that the operator API remembers, and can take back. */
  historyMax: 100,
  /** Quiet that a change waits for, so that a save in several steps is read once. */
  debounceMs: 60,
  /** The longest that a steady stream of changes may put off reading. */
  debounceMaxMs: 180,
  /** A file that vanished or is empty is looked at again after this before its resources go: editors save that way. */
  confirmMs: 100,
  /** Safety net for file systems that deliver no events. */
  pollMs: 2_000,
} as const;
