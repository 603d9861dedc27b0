/** One line of the access log for a TCP connection: Istio's JSON keys, and `reason`. */

import { type ConnectionInfo, isoTime, jsonText } from '@weft/data-filters';
import type { Endpoint, RouteTarget } from '@weft/data-runtime';
import { describeProvenance, type Provenance } from '@weft/kernel';

export interface TcpLogEntry {
  readonly info: ConnectionInfo;
  /** Milliseconds since the epoch. */
  readonly startedAtMs: number;
  readonly durationMs: number;
  /** Envoy's response flag; "-": none. */
  readonly flag: string;
  readonly bytesReceived: number;
  readonly bytesSent: number;
  readonly target: RouteTarget;
  readonly endpoint: Endpoint | undefined;
  readonly upstreamLocalAddress: string;
  /** Who decided: the target, or the cluster where it could not be reached. */
  readonly from: Provenance;
  /** Empty: none. */
  readonly transportFailure: string;
}

export function tcpLogLine(entry: TcpLogEntry): string {
  const { info, target } = entry;
  const client = `"downstream_local_address":${jsonText(info.localAddress)},"downstream_remote_address":${jsonText(info.remoteAddress)},"requested_server_name":${jsonText(info.sni)}`;
  const upstream = `"upstream_host":${jsonText(entry.endpoint?.hostPort)},"upstream_cluster":${jsonText(target.clusterName)},"upstream_local_address":${orNull(entry.upstreamLocalAddress)}`;
  return `{"start_time":"${isoTime(entry.startedAtMs)}","method":null,"path":null,"protocol":null,"response_code":0,"response_flags":"${entry.flag}","response_code_details":null,"connection_termination_details":null,"upstream_transport_failure_reason":${orNull(entry.transportFailure)},"bytes_received":${entry.bytesReceived},"bytes_sent":${entry.bytesSent},"duration":${Math.round(entry.durationMs)},"upstream_service_time":null,"x_forwarded_for":null,"user_agent":null,"request_id":null,"authority":null,${upstream},${client},"route_name":null,"reason":${jsonText(describeProvenance(entry.from))}}\n`;
}

function orNull(text: string): string {
  return text === '' ? 'null' : jsonText(text);
}
