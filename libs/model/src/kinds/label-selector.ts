/** Kubernetes' LabelSelector: labels that must be equal, and expressions over them. */

export interface LabelSelector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly LabelExpression[];
}

export interface LabelExpression {
  readonly key: string;
  readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist';
  /** For In and NotIn. */
  readonly values?: readonly string[];
}

export type Labels = Readonly<Record<string, string>>;

/** True where every wanted label is there with its value; nothing wanted: always. */
export function hasLabels(labels: Labels, wanted: Labels): boolean {
  return Object.entries(wanted).every(([key, value]) => Object.hasOwn(labels, key) && labels[key] === value);
}

/** By the `selector` of a Service or a Sidecar: an empty one picks nothing. (That of a Gateway is for all proxies then: `hasLabels`.) */
export function picksLabels(selector: Labels, labels: Labels): boolean {
  return Object.keys(selector).length > 0 && hasLabels(labels, selector);
}

/** True where all of the selector holds; an empty selector takes everything. NotIn holds for a label that is missing, as in Kubernetes. */
export function selectsLabels(selector: LabelSelector, labels: Labels): boolean {
  const labelOf = (key: string): string | undefined => (Object.hasOwn(labels, key) ? labels[key] : undefined);
  return (
    hasLabels(labels, selector.matchLabels ?? {}) &&
    (selector.matchExpressions ?? []).every((expression) => holds(expression, labelOf(expression.key)))
  );
}

function holds({ operator, values = [] }: LabelExpression, value: string | undefined): boolean {
  if (operator === 'Exists') return value !== undefined;
  if (operator === 'DoesNotExist') return value === undefined;
  const listed = value !== undefined && values.includes(value);
  return operator === 'In' ? listed : !listed;
}
