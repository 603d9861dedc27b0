/** Legality of names: each function returns a sentence that says what is wrong, or undefined. */

import { isIP } from 'node:net';

const label = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const anyCaseLabel = /^[A-Za-z0-9]([-A-Za-z0-9]*[A-Za-z0-9])?$/;
const wildcardLabel = /^(\*|(\*-?)?[A-Za-z0-9]([-A-Za-z0-9]*[A-Za-z0-9])?)$/;
/** A token of RFC 9110, and the comma that Istio lets in. */
const matchableHeader = /^[!#$%&'*+,\-.^_`|~0-9A-Za-z]+$/;
const pseudoHeaders: ReadonlySet<string> = new Set([':method', ':scheme', ':authority', ':path', ':status']);
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

/** A label as Istio judges names inside of resources (subsets, ports, namespaces and names of gateways): upper case passes. */
export function anyCaseLabelProblem(value: string): string | undefined {
  if (value.length <= 63 && anyCaseLabel.test(value)) return undefined;
  return `${quote(value)} is not a name: letters, digits and "-", at most 63`;
}

/** A DNS name without wildcard; the last label may not be all digits, and is empty after a final dot. */
export function fqdnProblem(value: string): string | undefined {
  if (value === '') return 'a host name must not be empty';
  if (value.length > 255) return `${quote(value)} is not a host name: it has more than 255 characters`;
  return labelsProblem(value, value.split('.'));
}

function labelsProblem(value: string, parts: readonly string[]): string | undefined {
  if (/^[+-]?\d+$/.test(parts.at(-1) ?? '')) return `${quote(value)} is not a host name: its last label is all digits`;
  const named = parts.at(-1) === '' ? parts.slice(0, -1) : parts;
  const good = named.every((part) => part.length <= 63 && anyCaseLabel.test(part));
  return good ? undefined : `${quote(value)} is not a host name`;
}

/** "host", "*.host", "*-x.host", "*x.host", "*"; a wildcard stands in the first label only (Istio's ValidateWildcardDomain). */
export function wildcardHostProblem(value: string): string | undefined {
  if (value === '') return 'a host name must not be empty';
  if (value.length > 255) return `${quote(value)} is not a host name: it has more than 255 characters`;
  const [first = '', ...rest] = value.split('.');
  if (rest.some((part) => part.includes('*')) || first.lastIndexOf('*') > 0) {
    return `${quote(value)}: a wildcard may only begin the first label, as in "*.example.com"`;
  }
  if (first.length > 63 || !wildcardLabel.test(first)) return `${quote(value)} is not a host name`;
  return rest.length === 0 ? undefined : labelsProblem(value, rest);
}

/** "*-x.host" and "*x.host": they are names, and most places take only whole labels. */
export function isPartialWildcard(host: string): boolean {
  return host.includes('*') && host !== '*' && !host.startsWith('*.');
}

/** A name that east-west gateways route by: "outbound_.80_.v1_.host". */
export function isGeneratedSni(host: string): boolean {
  return /^outbound_\.\d+_\./.test(host);
}

/** A host of a rule: a name, a wildcard or an IP address. */
export function ruleHostProblem(value: string): string | undefined {
  return isIP(value) !== 0 ? undefined : wildcardHostProblem(value);
}

/** A header of a match: those of HTTP/2 that begin with a colon are among them. */
export function matchedHeaderProblem(value: string): string | undefined {
  return pseudoHeaders.has(value) ? undefined : headerNameProblem(value);
}

/** A header that CORS names. */
export function headerNameProblem(value: string): string | undefined {
  if (value === '') return 'a header name must not be empty';
  return value.length <= 256 && matchableHeader.test(value) ? undefined : `${quote(value)} is not a header name`;
}

/** Field name by RFC 9110. */
export function isHeaderToken(value: string): boolean {
  return value.length <= 256 && token.test(value);
}
