/** Why an Envoy could not be started, or not go on: one sentence that says what to do. */

export class EnvoyError extends Error {
  /** True: the control plane is not there, which may pass. */
  readonly unreachable: boolean;

  constructor(message: string, unreachable = false, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'EnvoyError';
    this.unreachable = unreachable;
  }
}
