/** The CA over gRPC: istio.v1.auth.IstioCertificateService/CreateCertificate. */

import { create } from '@bufbuild/protobuf';
import * as grpc from '@grpc/grpc-js';
import { type Clock, WeftError } from '@weft/kernel';
import { IstioCertificateRequestSchema, IstioCertificateService } from '@weft/xds-messages/istio/v1/auth/ca';
import { type ClientCertificate, createServiceClient, unaryCall } from '@weft/xds-protocol';
import type { TokenFolder } from './token-folder.ts';

/** Longest wait for a certificate. */
const signTimeoutMs = 10_000;

export interface CaClientOptions {
  /** "127.0.0.1:15012". */
  readonly address: string;
  /** DNS name to expect in the server's certificate where it is not the address. */
  readonly serverName?: string | undefined;
  readonly tokens: TokenFolder;
  /** PEM of roots that the control plane told of; it may have gone over to one that the folder does not know yet. */
  readonly rootsPem: () => string;
  /** This proxy's own while it is valid: it renews where the token is used up or gone. */
  readonly certificate: () => ClientCertificate | undefined;
  readonly clock: Clock;
}

/** What a call shows of itself, read anew for each. @throws WeftError token_invalid where there is neither. */
export function callCredentials(options: Pick<CaClientOptions, 'tokens' | 'rootsPem' | 'certificate'>): {
  readonly token: string | undefined;
  readonly rootCertPem: string;
  readonly clientCertificate: ClientCertificate | undefined;
} {
  const { tokens } = options;
  const clientCertificate = options.certificate();
  const token = clientCertificate === undefined ? tokens.token() : tokens.tokenIfAny();
  return { token, clientCertificate, rootCertPem: tokens.rootCertPem() + options.rootsPem() };
}

/**
 * Asks for a certificate over a connection of its own: hours lie between two calls.
 * @returns PEM certificates, leaf first, root last.
 * @throws WeftError token_invalid, csr_invalid, or config_unavailable for all that may pass.
 */
export function createCaClient(options: CaClientOptions): (csr: string, ttlSeconds: number) => Promise<string[]> {
  return async (csr, ttlSeconds) => {
    const { token, rootCertPem, clientCertificate } = callCredentials(options);
    const metadata = new grpc.Metadata();
    if (token !== undefined) metadata.set('authorization', `Bearer ${token}`);
    const client = createServiceClient({
      address: options.address,
      rootCertPem,
      clientCertificate,
      serverName: options.serverName,
    });
    const request = create(IstioCertificateRequestSchema, { csr, validityDuration: BigInt(ttlSeconds) });
    const deadline = options.clock.now() + signTimeoutMs;
    const { createCertificate } = IstioCertificateService.method;
    try {
      return (await unaryCall(client, createCertificate, request, metadata, { deadline })).certChain;
    } catch (error) {
      throw translate(error as grpc.ServiceError);
    } finally {
      client.close();
    }
  };
}

function translate(error: grpc.ServiceError): WeftError {
  const reason = `the CA refused: ${error.details}`;
  if (error.code === grpc.status.UNAUTHENTICATED) return new WeftError('token_invalid', reason, error);
  if (error.code === grpc.status.INVALID_ARGUMENT) return new WeftError('csr_invalid', reason, error);
  return new WeftError('config_unavailable', `the CA gives no certificate: ${error.details || error.message}`, error);
}
