/** The YAML form of destinations and of the conditions that HTTP, TLS and TCP rules share. */

import { z } from 'zod';
import { anyCaseLabelOrNone, int32, labels, portNumber, portOrNone } from '../../schema/fields.ts';
import { givenUnlessEmpty, givenUnlessZero } from '../../schema/given.ts';
import { anyCaseLabelProblem, fqdnProblem, wildcardHostProblem } from '../../schema/names.ts';
import { apiObject, checkedString } from '../../schema/object.ts';

const destinationHost = checkedString((value) =>
  value === '*' ? 'a destination must be one host, not "*"' : wildcardHostProblem(value),
);

export function destination(api: string) {
  return apiObject(api, {
    host: destinationHost,
    subset: anyCaseLabelOrNone.exactOptional(),
    port: apiObject(`${api}.port`, { number: portNumber }).exactOptional(),
  }).transform(({ subset, ...rest }) => ({ ...rest, ...givenUnlessEmpty('subset', subset) }));
}

export const weight = int32('weight');

/** For rules of TLS and TCP. */
export function routeDestinations(api: string) {
  return z
    .array(apiObject(api, { destination: destination(`${api}.destination`), weight: weight.exactOptional() }))
    .default([]);
}

/** "mesh", "name", "namespace/name"; "name.namespace.svc.cluster.local" of old is taken with a warning. */
function gatewayProblem(value: string): string | undefined {
  const [namespace = '', ...rest] = value.split('/');
  if (rest.length === 0) {
    return fqdnProblem(value) === undefined
      ? undefined
      : `${JSON.stringify(value)} is not a gateway: "mesh", "name" or "namespace/name"`;
  }
  const good = rest.length === 1 && [namespace, rest[0] ?? ''].every((part) => anyCaseLabelProblem(part) === undefined);
  return good ? undefined : `${JSON.stringify(value)} is not a gateway: "mesh", "name" or "namespace/name"`;
}

/** As Istio's check, this one ends with the first name that has no namespace; a name behind it that no gateway can have is for none. */
export const gatewayNames = z.array(z.string()).superRefine((names, context) => {
  for (const [index, name] of names.entries()) {
    const message = gatewayProblem(name);
    if (message !== undefined) context.addIssue({ code: 'custom', message, path: [index] });
    if (!name.includes('/')) return;
  }
});

/** 0: any port. */
const optionalPort = portOrNone;

/** Conditions of every kind of match; `tidyMatch` makes them what the data holds. */
export const commonMatch = {
  port: optionalPort.exactOptional(),
  sourceLabels: labels.exactOptional(),
  gateways: gatewayNames.exactOptional(),
  /** Judged where the rule is one of HTTP. */
  sourceNamespace: z.string().exactOptional(),
};

interface CommonMatch {
  readonly port?: number;
  readonly sourceLabels?: Readonly<Record<string, string>>;
  readonly gateways?: readonly string[];
  readonly sourceNamespace?: string;
}

/** Leaves out what is there and says nothing. */
export function tidyMatch<M extends CommonMatch>(match: M): Omit<M, keyof CommonMatch> & CommonMatch {
  const { port, sourceLabels, gateways, sourceNamespace, ...rest } = match;
  return {
    ...rest,
    ...givenUnlessZero('port', port),
    ...(sourceLabels === undefined || Object.keys(sourceLabels).length === 0 ? {} : { sourceLabels }),
    ...(gateways === undefined || gateways.length === 0 ? {} : { gateways }),
    ...givenUnlessEmpty('sourceNamespace', sourceNamespace),
  };
}
