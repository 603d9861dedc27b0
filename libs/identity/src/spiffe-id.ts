/** SPIFFE identities of workloads in Istio's form: spiffe://<trust domain>/ns/<namespace>/sa/<service account>. */

/** Longest identity taken, UTF-16 units (SPIFFE-ID section 2.3). */
export const spiffeIdLengthMax = 2048;
/** Longest trust domain taken. */
export const trustDomainLengthMax = 255;
/** Longest namespace or service account taken: Kubernetes' bound of a DNS subdomain. */
export const nameLengthMax = 253;

export interface SpiffeId {
  readonly trustDomain: string;
  readonly namespace: string;
  readonly serviceAccount: string;
}

const trustDomainForm = /^[a-z0-9._-]+$/;
const nameForm = /^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/;

/** Nothing for a text that is not exactly of the form; nothing is normalised (SPIFFE-ID section 2). */
export function parseSpiffeId(uri: string): SpiffeId | undefined {
  if (uri.length > spiffeIdLengthMax || !uri.startsWith('spiffe://')) return undefined;
  const [trustDomain, ns, namespace, sa, serviceAccount, ...rest] = uri.slice('spiffe://'.length).split('/');
  if (ns !== 'ns' || sa !== 'sa' || rest.length > 0) return undefined;
  if (trustDomain === undefined || namespace === undefined || serviceAccount === undefined) return undefined;
  const id = { trustDomain, namespace, serviceAccount };
  return isSpiffeId(id) ? id : undefined;
}

/** True where each part keeps its form and bound. */
export function isSpiffeId(id: SpiffeId): boolean {
  return isTrustDomain(id.trustDomain) && isName(id.namespace) && isName(id.serviceAccount);
}

export function isTrustDomain(text: string): boolean {
  return text.length <= trustDomainLengthMax && trustDomainForm.test(text);
}

/** @param id of good form, see `isSpiffeId`. */
export function formatSpiffeId(id: SpiffeId): string {
  return `spiffe://${id.trustDomain}/ns/${id.namespace}/sa/${id.serviceAccount}`;
}

function isName(text: string): boolean {
  return text.length <= nameLengthMax && nameForm.test(text);
}
