/** Legality of names: each function returns a sentence that says what is wrong, or undefined. */

import { isIP } from 'node:net';

const label = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const hostLabel = /^[A-Za-z0-9]([-A-Za-z0-9_]*[A-Za-z0-9])?$/;
const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const labelValue = /^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$/;

const quote = (value: string): string => JSON.stringify(value.length > 80 ? `${value.slice(0, 80)}…` : value);

/** RFC 1123 label: namespaces, subsets, port names. */
export function labelProblem(value: string): string | undefined {
  if (value.length <= 63 && label.test(value)) return undefined;
  return `${quote(value)} is not a DNS label (RFC 1123): lower-case letters, digits and "-", at most 63`;
}

/** RFC 1123 subdomain: names of resources. */
export function resourceNameProblem(value: string): string | undefined {
  if (value.length <= 253 && value.split('.').every((part) => labelProblem(part) === undefined)) return undefined;
  return `${quote(value)} is not a resource name (RFC 1123): lower-case letters, digits, "-" and ".", at most 253`;
}

/** Kubernetes qualified name: keys of labels and annotations, `prefix/name` or `name`. */
export function qualifiedNameProblem(value: string): string | undefined {
  const parts = value.split('/');
  const name = parts.pop() ?? '';
  const prefix = parts.pop();
  const prefixGood = prefix === undefined || resourceNameProblem(prefix.toLowerCase()) === undefined;
  const nameGood = name.length > 0 && name.length <= 63 && labelValue.test(name);
  if (parts.length === 0 && prefixGood && nameGood) return undefined;
  return `${quote(value)} is not a label key: [prefix/]name, letters, digits, "-", "_" and ".", at most 63`;
}

export function labelValueProblem(value: string): string | undefined {
  if (value.length <= 63 && labelValue.test(value)) return undefined;
  return `${quote(value)} is not a label value: letters, digits, "-", "_" and ".", at most 63`;
}

/** A DNS name without wildcard; the last label may not be all digits. */
export function fqdnProblem(value: string): string | undefined {
  const parts = (value.endsWith('.') ? value.slice(0, -1) : value).split('.');
  if (value.length > 255 || !parts.every((part) => part.length <= 63 && hostLabel.test(part))) {
    return `${quote(value)} is not a host name`;
  }
  if (/^\d+$/.test(parts.at(-1) ?? '')) return `${quote(value)} is not a host name: its last label is all digits`;
  return undefined;
}

/** "host", "*.host", "*-x.host", "*"; a wildcard stands in the first label only. */
export function wildcardHostProblem(value: string): string | undefined {
  if (value === '*') return undefined;
  const rest = value.startsWith('*.') ? value.slice(2) : value.startsWith('*-') ? value.slice(2) : value;
  if (rest.includes('*')) return `${quote(value)}: a wildcard may only be the first label, as in "*.example.com"`;
  const problem = fqdnProblem(rest);
  return problem === undefined || rest === value ? problem : `${quote(value)} is not a host name`;
}

/** A host of a rule: a name, a wildcard or an IP address. */
export function ruleHostProblem(value: string): string | undefined {
  return isIP(value) !== 0 ? undefined : wildcardHostProblem(value);
}

/** Field name by RFC 9110; pseudo-headers are not. */
export function headerNameProblem(value: string): string | undefined {
  if (value === '') return 'a header name must not be empty';
  if (value.startsWith('@')) return `${quote(value)}: routing by JWT claims is not done yet in this version; remove it`;
  return token.test(value) && value.length <= 256 ? undefined : `${quote(value)} is not a header name (RFC 9110)`;
}

/** No control characters but the tab (RFC 9110); Envoy's format strings are refused by name. */
export function headerValueProblem(value: string): string | undefined {
  if (/[\x00-\x08\x0a-\x1f\x7f]/.test(value))
    return 'a header value must not contain control characters (CR, LF, NUL …)';
  if (/%/.test(value.replaceAll('%%', ''))) {
    return 'format strings ("%…%") in header values are not done yet in this version; write "%%" for a percent sign';
  }
  return undefined;
}
