/** What is wrong with the command line, in one sentence. */
export class UsageError extends Error {}
