/** The client side of the xDS transport protocol (incremental ADS), as a proxy uses it. Resources are opaque here. */

import type { Any } from '@bufbuild/protobuf/wkt';
import type { Clock, Random } from '@weft/kernel';
import type { Node } from '@weft/xds-messages/envoy/config/core/v3/base';
import type { ClientCertificate } from '../grpc/service-adapter.ts';

/** One resource as it came: `version` is the server's, `body` the packed message. */
export interface ReceivedResource {
  readonly name: string;
  readonly version: string;
  readonly body: Any;
}

export interface ResourceUpdate {
  readonly typeUrl: string;
  readonly changed: readonly ReceivedResource[];
  readonly removed: readonly string[];
}

export interface XdsClientHandlers {
  /**
   * Takes an update into force. Nothing returned: ACK. A string: NACK with that reason; the handler has kept what was in force.
   * Called in the order of arrival, never concurrently.
   * @param part of an update that was refused: what is good of it is taken all the same.
   */
  onUpdate(update: ResourceUpdate, part: boolean): string | undefined;
  /** A response of this type was taken, also an empty one: from here on what is held of it is what the server has. */
  onAnswered?(typeUrl: string): void;
  /** The stream is up and the first answer has come, or it is down (with the reason). */
  onConnection(state: 'connected' | 'disconnected', reason: string): void;
}

export interface ConnectionCredentials {
  readonly token: string | undefined;
  readonly rootCertPem: string;
  readonly clientCertificate: ClientCertificate | undefined;
}

export interface XdsClientOptions {
  /** "127.0.0.1:15012". */
  readonly address: string;
  /** PEM root that the server's certificate must lead to; clear text where absent. */
  readonly rootCertPem?: () => string;
  /** DNS name to expect in the server's certificate where it is not the address. */
  readonly serverName?: string;
  /** Read anew for each connection, sent as `authorization: Bearer`. */
  readonly token?: () => string;
  /** All that a connection shows and expects, instead of `rootCertPem` and `token`; a throw is as good as no connection. */
  readonly credentials?: () => ConnectionCredentials;
  readonly node: Node;
  readonly handlers: XdsClientHandlers;
  readonly clock: Clock;
  readonly random: Random;
}

export interface XdsClient {
  start(): void;
  stop(): void;
  /**
   * Sets what is wanted of a type; "*" for all (LDS, CDS). Kept over reconnects, where versions already held
   * are sent as initial_resource_versions.
   */
  subscribe(typeUrl: string, names: '*' | readonly string[]): void;
  /** Tells versions held from an earlier run (the disk cache), before `start`. */
  seed(typeUrl: string, versions: ReadonlyMap<string, string>): void;
  /** Health of the workload (type `istio.v1.HealthInformation`, as Istio's agent reports it); sent again after a reconnect. */
  reportHealth(healthy: boolean, message: string): void;
}
