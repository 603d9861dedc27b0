/** Who this process is: its key and certificate from the CA, renewed as it lives, and what it shows of them to the control plane. */

import { isIP } from 'node:net';
import { createIdentityManager, type IdentityManager } from '@weft/identity';
import { formatHostPort, type Part, WeftError } from '@weft/kernel';
import type { ProxyOptions } from '../proxy-options.ts';
import type { StateFolder } from '../session/state-folder.ts';
import { createJwtClient } from '../workload-api/jwt-client.ts';
import { createWorkloadApi } from '../workload-api/workload-api.ts';
import { callCredentials, createCaClient } from './ca-client.ts';
import { createIdentityStore } from './identity-store.ts';
import { createTlsIdentity, type TlsIdentity } from './tls-identity.ts';
import { createTokenFolder } from './token-folder.ts';

export type OwnIdentityOptions = Pick<
  ProxyOptions,
  'workloadGroup' | 'xds' | 'xdsServerName' | 'tokenDir' | 'workloadApi' | 'clock' | 'random' | 'log'
>;

/** What the control plane said last of secret ROOTCA, PEM. */
export interface ToldRoots {
  /** Nothing before it has come. */
  roots(): string | undefined;
  /** Revocation lists; empty: none. */
  lists(): string;
}

export interface OwnIdentity {
  /** The control plane: its address, and the name to expect in its certificate. */
  readonly server: { readonly address: string; readonly serverName?: string };
  readonly manager: IdentityManager;
  readonly tls: TlsIdentity;
  /** Nothing: it was not asked for. */
  readonly workloadApi: Part | undefined;
  /** What a call shows of itself, read anew for each. @throws WeftError token_invalid. */
  credentials(): ReturnType<typeof callCredentials>;
}

/**
 * The name that a control plane's certificate has besides those of its addresses (Istio's own). TLS has no names for IP addresses
 * (RFC 6066 section 3), so it stands in for one.
 */
const controlPlaneName = 'istiod.istio-system.svc';

/** @param onProblem told of each failed try, besides the log. */
export function createOwnIdentity(
  options: OwnIdentityOptions,
  state: StateFolder,
  told: ToldRoots,
  onProblem: (error: unknown) => void = () => {},
): OwnIdentity {
  const { clock, random, log, workloadApi: path } = options;
  const address = formatHostPort(options.xds.host, options.xds.port);
  const name = options.xdsServerName ?? (isIP(options.xds.host) === 0 ? undefined : controlPlaneName);
  const server = { address, ...(name === undefined ? {} : { serverName: name }) };
  const shown = {
    tokens: createTokenFolder(options.tokenDir),
    rootsPem: () => told.roots() ?? '',
    certificate: () => {
      const own = manager.current();
      return own === undefined ? undefined : { certChainPem: own.certChainPem, privateKeyPem: own.privateKeyPem };
    },
  };
  const manager: IdentityManager = createIdentityManager({
    sign: createCaClient({ ...server, ...shown, clock }),
    clock,
    random,
    store: createIdentityStore(state, `${options.workloadGroup.namespace}/${options.workloadGroup.name}`),
    onProblem(sentence, error) {
      reportProblem(log, sentence, error);
      onProblem(error);
    },
  });
  const tls = createTlsIdentity(manager, told.roots, told.lists);
  const workloadApi =
    path === undefined
      ? undefined
      : createWorkloadApi({
          ...{ path, clock, log },
          identity: manager.current,
          trust: () => ({
            rootsPem: tls.material()?.rootsPem ?? manager.current()?.rootPem ?? '',
            crlPem: tls.material()?.crlPem ?? '',
          }),
          onChange: tls.onRotate,
          jwt: createJwtClient({ ...server, ...shown, clock }),
        });
  return { server, manager, tls, workloadApi, credentials: () => callCredentials(shown) };
}

/** An expected failure says all in its message; a stack would only hide it. */
export function reportProblem(log: ProxyOptions['log'], sentence: string, error?: unknown): void {
  if (error instanceof WeftError) log.warn({ code: error.code, reason: error.message }, sentence);
  else log.warn({ err: error }, sentence);
}
