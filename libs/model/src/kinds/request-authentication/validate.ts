/** Rules between the fields of a RequestAuthentication. */

import { refuseDryRun } from '../../schema/dry-run.ts';
import { validatePolicyTarget } from '../../schema/policy-target.ts';
import type { ValidationContext } from '../definition.ts';
import type { RequestAuthenticationSpec } from './spec.ts';

export function validateRequestAuthentication(spec: RequestAuthenticationSpec, context: ValidationContext): void {
  validatePolicyTarget(spec, context);
  refuseDryRun(context);
  spec.jwtRules?.forEach((rule, index) => {
    const path = `spec.jwtRules[${index}]`;
    if (rule.issuer === '' && rule.jwksUri === undefined)
      context.report(`${path}.issuer`, 'a JWT rule needs issuer or jwksUri', 'key');
    if (rule.jwks !== undefined && rule.jwksUri !== undefined)
      context.report(path, 'only one of jwks and jwksUri may be given', 'key');
  });
}
