// What a program started ends with it, also where it is interrupted.

/**
 * Stops at SIGINT and SIGTERM with exit code 130. @param stopAll async; ends what runs and removes what was written.
 * @returns the same for the end of the program; whoever comes first, it is done once: a signal makes the load fail, and that end must wait too.
 */
export function cleanUpOnce(stopAll) {
  let stopping;
  const cleanUp = () => {
    stopping ??= stopAll();
    return stopping;
  };
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => void cleanUp().then(() => process.exit(130)));
  return cleanUp;
}
