/** The PROXY protocol, versions 1 and 2: who the client was before a proxy stood between. */
export type { ProxyAddress } from './encode.ts';
export { encodeProxyHeader } from './encode.ts';
export { proxyLimits } from './limits.ts';
export type { ProxyHeader, ProxyParse, ProxyRule } from './parse.ts';
export { parseProxyHeader, proxyIncomplete } from './parse.ts';
