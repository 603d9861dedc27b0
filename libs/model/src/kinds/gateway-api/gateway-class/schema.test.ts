import { type Case, describeFull, describeVerdicts } from '../../../testing/verdict.ts';

const cases: Case[] = [
  ['needs a controller', 'description: a', 'spec.controllerName: "controllerName" is required'],
  [
    'refuses a controller without path',
    'controllerName: istio.io',
    'spec.controllerName: "istio.io" is not the name of a controller, as in "istio.io/gateway-controller"',
  ],
  [
    'refuses a long description',
    `controllerName: a.b/c\ndescription: ${'a'.repeat(65)}`,
    'spec.description: a description has 0 to 64 characters',
  ],
];

describeFull('GatewayClass', import.meta.dirname);
describeVerdicts('GatewayClass', cases);
