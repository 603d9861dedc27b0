/** The one form in which routes of every API reach the compiler. */

import type { HttpRule } from '../kinds/virtual-service/http-spec.ts';

/** One rule with at most one match, so that rules of several resources can be put in order. */
export interface TranslatedRule {
  readonly rule: HttpRule;
  /** Where the rule stands in its own resource ("spec.rules[0].matches[1]"): for `resource.at` and provenance. */
  readonly path: string;
}

/** What could not be done as written, at its place. */
export interface TranslationNotice {
  readonly path: string;
  readonly message: string;
}

/** Host of a destination that must be answered 500: a backend that may not be named or is none. No service has it. */
export const invalidBackendHost = 'invalid-backend.invalid';
