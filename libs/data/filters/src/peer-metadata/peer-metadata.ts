/** Who calls, for the labels of metrics: Istio's x-envoy-peer-metadata, sent to peers of the mesh and read from them. */

import { type HttpFilter, removeField, type WorkloadLabels } from '@weft/data-runtime';
import type { ProxyLabels } from '../proxy-labels.ts';
import { decodeStruct, encodeStruct, type TextStruct } from './struct.ts';

/** Texts of the header that are remembered with what they say. */
export const knownPeersMax = 1_000;
/** A longer header is not read. */
export const metadataCharsMax = 4_096;

interface KeptPeer {
  readonly text: string;
  readonly workload: WorkloadLabels | undefined;
}

const header = 'x-envoy-peer-metadata';
const idHeader = 'x-envoy-peer-metadata-id';

/** The two values of a workload, made when it changes. */
function createSaying(self: () => WorkloadLabels): () => { readonly text: string; readonly id: string } {
  let labels: WorkloadLabels | undefined;
  let said = { text: '', id: '' };
  return () => {
    const current = self();
    if (current !== labels) {
      labels = current;
      const text = encodeStruct(toStruct(current)).toString('base64');
      said = { text, id: `sidecar~${current.workload}.${current.namespace}` };
    }
    return said;
  };
}

/**
 * Tells endpoints of the mesh, and no others, who calls; stands after the endpoint is chosen. What an application says of itself is taken off, and so is what the
 * endpoint answers. Said once a connection: mutual TLS gives it one peer, and 400 bytes with each request cost more than the rest of the filters.
 */
export function createPeerMetadataOut(deps: { readonly proxy: Pick<ProxyLabels, 'self'> }): HttpFilter {
  const saying = createSaying(deps.proxy.self);
  let made: object | undefined;
  let introduction = '';
  return {
    name: 'peer-metadata',
    onRequest(exchange) {
      removeMetadata(exchange.request.fields);
      // Names of workloads, namespaces and clusters are no one's business outside the mesh.
      if (exchange.endpoint?.tls?.verify !== 'mesh') return true;
      const said = saying();
      if (said !== made) {
        made = said;
        introduction = `${header}: ${said.text}\r\n${idHeader}: ${said.id}\r\n`;
      }
      exchange.introduction = introduction;
      return true;
    },
    onResponse(exchange) {
      removeMetadata(exchange.responseFields);
    },
  };
}

/** Key in `exchange.state`: the peer said who it is, so it is told too. */
const askedKey = 'peer-metadata';

/** Reads and takes off what a peer said of itself, believed only of one whose certificate was checked, and answers in kind. */
export function createPeerMetadataIn(deps: { readonly proxy: Pick<ProxyLabels, 'self'> }): HttpFilter {
  const saying = createSaying(deps.proxy.self);
  const known = new Map<string, WorkloadLabels | undefined>();
  return {
    name: 'peer-metadata',
    onRequest(exchange) {
      const text = removeMetadata(exchange.request.fields);
      if (exchange.connection.peerUri === undefined) return true;
      if (text !== undefined) exchange.state.set(askedKey, true);
      // A connection has one peer: what it said first holds for all its requests. Istio's says it each time; comparing is
      // cheaper than hashing a long text.
      const kept = exchange.kept.peerMetadata as KeptPeer | undefined;
      if (kept !== undefined && (text === undefined || kept.text === text)) {
        exchange.peerWorkload = kept.workload;
        return true;
      }
      if (text === undefined) return true;
      if (text.length > metadataCharsMax) return true;
      if (!known.has(text)) {
        if (known.size >= knownPeersMax) known.clear();
        known.set(text, parseMetadata(text));
      }
      exchange.peerWorkload = known.get(text);
      exchange.kept.peerMetadata = { text, workload: exchange.peerWorkload } satisfies KeptPeer;
      return true;
    },
    onResponse(exchange) {
      const fields = exchange.responseFields;
      // The application cannot speak for its proxy.
      removeMetadata(fields);
      if (exchange.state.size === 0 || !exchange.state.has(askedKey)) return;
      const { text, id } = saying();
      fields.push(header, text, idHeader, id);
    },
  };
}

/** @returns the value of the metadata field, where it was there. */
function removeMetadata(fields: string[]): string | undefined {
  let text: string | undefined;
  for (let i = fields.length - 2; i >= 0; i -= 2) {
    const name = fields[i] as string;
    if (name.length === 21 && name === header) {
      text = fields[i + 1];
      removeField(fields, header);
    } else if (name.length === 24 && name === idHeader) removeField(fields, idHeader);
  }
  return text;
}

function toStruct(labels: WorkloadLabels): TextStruct {
  return {
    NAME: labels.workload,
    WORKLOAD_NAME: labels.workload,
    NAMESPACE: labels.namespace,
    CLUSTER_ID: labels.cluster,
    LABELS: {
      app: labels.app,
      version: labels.version,
      'service.istio.io/canonical-name': labels.canonicalService,
      'service.istio.io/canonical-revision': labels.canonicalRevision,
    },
  };
}

/** @returns nothing for what is not base64 of a struct. Missing values are "unknown", the revision "latest". */
export function parseMetadata(text: string): WorkloadLabels | undefined {
  const struct = decodeStruct(Buffer.from(text, 'base64'));
  if (struct === undefined) return undefined;
  const labels = struct['LABELS'];
  const top = (key: string): string => (typeof struct[key] === 'string' ? struct[key] : 'unknown');
  const label = (key: string, missing = 'unknown'): string =>
    typeof labels === 'object' ? (labels[key] ?? missing) : missing;
  return {
    workload: top('WORKLOAD_NAME'),
    namespace: top('NAMESPACE'),
    cluster: top('CLUSTER_ID'),
    app: label('app'),
    version: label('version'),
    canonicalService: label('service.istio.io/canonical-name'),
    canonicalRevision: label('service.istio.io/canonical-revision', 'latest'),
  };
}
