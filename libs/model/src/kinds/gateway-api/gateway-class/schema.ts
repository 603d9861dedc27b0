/** The YAML form of a GatewayClass. */

import type { z } from 'zod';
import { resourceNameProblem } from '../../../schema/names.ts';
import { apiObject, checkedString } from '../../../schema/object.ts';
import { textOf } from '../fields.ts';
import { objectReference } from '../reference-schemas.ts';
import type { GatewayClassSpec } from './spec.ts';

const controllerName = checkedString((value) => {
  const [domain = '', ...path] = value.split('/');
  const good =
    path.length > 0 &&
    resourceNameProblem(domain) === undefined &&
    /^[A-Za-z0-9/\-._~%!$&'()*+,;=:]+$/.test(path.join('/'));
  return good
    ? undefined
    : `${JSON.stringify(value)} is not the name of a controller, as in "istio.io/gateway-controller"`;
});

export const gatewayClassSchema: z.ZodType<GatewayClassSpec> = apiObject('GatewayClass', {
  controllerName,
  description: textOf('a description', 0, 64).exactOptional(),
  parametersRef: objectReference('GatewayClass.parametersRef', true).exactOptional(),
});
