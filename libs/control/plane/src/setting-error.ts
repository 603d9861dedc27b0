/** A setting of the control plane that cannot be. */

/** The message is one sentence that names the setting. */
export class SettingError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'SettingError';
  }
}
