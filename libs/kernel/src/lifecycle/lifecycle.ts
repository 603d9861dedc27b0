/** Start in order, stop in reverse, once: what a process made of parts needs to end cleanly. */

/** A part with a lifetime. `stop` is called once, also when a later part failed to start. */
export interface Part {
  readonly name: string;
  start?(): Promise<void> | void;
  stop?(): Promise<void> | void;
}

export interface Lifecycle {
  /** Starts the parts in order. @throws what the first failing part threw, after the parts before it were stopped. */
  start(): Promise<void>;
  /** Stops the started parts in reverse order; every part is tried. A second call returns the first one's promise. */
  stop(): Promise<void>;
}

/** @param onStopError told of each part whose stop failed; the others are stopped all the same. */
export function createLifecycle(
  parts: readonly Part[],
  onStopError: (part: string, error: unknown) => void = () => {},
): Lifecycle {
  const started: Part[] = [];
  let stopping: Promise<void> | undefined;

  const stopAll = async (): Promise<void> => {
    for (const part of started.reverse()) {
      try {
        await part.stop?.();
      } catch (error) {
        onStopError(part.name, error);
      }
    }
    started.length = 0;
  };

  const stop = (): Promise<void> => {
    stopping ??= stopAll();
    return stopping;
  };

  return {
    stop,
    async start() {
      for (const part of parts) {
        started.push(part);
        try {
          await part.start?.();
        } catch (error) {
          await stop();
          throw error;
        }
      }
    },
  };
}

/**
 * Runs `onStop` at the first SIGTERM or SIGINT and exits 0 when it is done (1 when it failed); a second signal exits at once with 130.
 */
export function stopOnSignal(onStop: () => Promise<void>): void {
  let asked = false;
  const handle = (): void => {
    if (asked) process.exit(130);
    asked = true;
    onStop().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.on('SIGTERM', handle);
  process.on('SIGINT', handle);
}
