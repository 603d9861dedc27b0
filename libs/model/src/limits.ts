/** The bounds of what one configuration file may ask of the parser. */

export const limits = {
  /** Length of one file, in UTF-16 units of its text. */
  fileLengthMax: 4 * 1024 * 1024,
  /** Documents of one file. */
  documentsMax: 1_000,
  /** Values and keys of one file, aliases expanded. */
  nodesMax: 100_000,
  /** Marks, words, spaces and line ends of one file, counted before anything is built of them. */
  lexemesMax: 500_000,
  /** Aliases (`*name`) of one document, those inside of aliases included. */
  aliasesMax: 100,
  /** Maps and lists inside one another. */
  depthMax: 64,
  /** Violations told of one file; one more says that there are others. */
  violationsMax: 200,
  /** Characters of one regular expression (Istio's bound). */
  regexLengthMax: 1_024,
  /** Bytes of the body of a direct response (Istio's bound). */
  directResponseBodyMax: 1024 * 1024,
  /** Bytes of such a body from which on there is a warning. */
  directResponseBodyLarge: 100 * 1024,
  /** Hosts of one VirtualService that are compared pair by pair. */
  overlappingHostsMax: 1_000,
} as const;
