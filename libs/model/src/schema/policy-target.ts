/** The YAML form of what a policy is about, and its rules. */

import { z } from 'zod';
import type { ValidationContext } from '../kinds/definition.ts';
import type { PolicyTarget, PolicyTargetReference } from '../kinds/policy-target.ts';
import { apiObject, checkedString, mapOf } from './object.ts';

const wildcardMessage = 'a selector takes no wildcard; name the labels in full';
const targetRefsMax = 16;
const labelValueMax = 63;

/** Istio asks no more of a selector's labels; a label that Kubernetes does not know selects nothing. */
const selectorLabels = mapOf(
  checkedString((value) => {
    if (value.includes('*')) return wildcardMessage;
    return value.length > labelValueMax ? `the value of a label has at most ${labelValueMax} characters` : undefined;
  }),
  (key) => (key === '' ? 'the key of a label must not be empty' : key.includes('*') ? wildcardMessage : undefined),
);

/** For kinds whose `spec` may be left out, which is then an empty one. */
export function optionalSpec<S extends z.ZodType>(schema: S) {
  return z.preprocess((spec) => spec ?? {}, schema);
}

/** `selector` of an object named `api`. */
export function workloadSelector(api: string) {
  return apiObject(`${api}.selector`, { matchLabels: selectorLabels.exactOptional() });
}

function targetReference(api: string) {
  return apiObject(api, {
    group: z.string().exactOptional(),
    kind: z.string(),
    name: checkedString((value) => (value === '' ? 'the name of the target must not be empty' : undefined)),
    namespace: z.string().exactOptional(),
  });
}

/** `selector`, `targetRef` and `targetRefs`, to be spread into a shape. */
export function policyTargetFields(api: string) {
  return {
    selector: workloadSelector(api).exactOptional(),
    targetRef: targetReference(`${api}.targetRef`).exactOptional(),
    targetRefs: z
      .array(targetReference(`${api}.targetRefs`))
      .max(targetRefsMax, `at most ${targetRefsMax} targets`)
      .exactOptional(),
  };
}

const targetKinds: ReadonlySet<string> = new Set([
  'core/Service',
  'networking.istio.io/ServiceEntry',
  'gateway.networking.k8s.io/Gateway',
  'gateway.networking.k8s.io/GatewayClass',
]);

/** Tells what is wrong with `selector`, `targetRef` and `targetRefs` of a spec. */
export function validatePolicyTarget(target: PolicyTarget, { report, warn }: ValidationContext): void {
  const { selector, targetRef, targetRefs = [] } = target;
  const given = [selector !== undefined, targetRef !== undefined, targetRefs.length > 0];
  if (given.filter(Boolean).length > 1)
    report('spec', 'only one of selector, targetRef and targetRefs may be given', 'key');
  if (selector !== undefined && Object.keys(selector.matchLabels ?? {}).length === 0) {
    warn('spec.selector', 'the selector has no labels: it counts as absent', 'key');
  }
  if (targetRef !== undefined) validateReference(targetRef, 'spec.targetRef', report);
  targetRefs.forEach((reference, index) => {
    validateReference(reference, `spec.targetRefs[${index}]`, report);
  });
}

function validateReference(
  { group = '', kind, namespace = '' }: PolicyTargetReference,
  path: string,
  report: ValidationContext['report'],
): void {
  if (namespace !== '') report(`${path}.namespace`, 'a target is of the policy’s own namespace; remove "namespace"');
  if (targetKinds.has(`${group === '' ? 'core' : group}/${kind}`)) return;
  const known = [...targetKinds].join(', ');
  report(`${path}.kind`, `${JSON.stringify(`${group}/${kind}`)} cannot be a target; known: ${known}`);
}
