/** The TCP proxy of a listener. */

import type { Any } from '@bufbuild/protobuf/wkt';
import type { Provenance } from '@weft/kernel';
import { TcpProxySchema } from '@weft/xds-messages/envoy/extensions/filters/network/tcp_proxy/v3/tcp_proxy';
import { refuse, unpack } from '../check/refuse.ts';
import { milliseconds } from '../duration.ts';
import { tcpIdleTimeoutMs } from '../limits.ts';
import type { ClusterRef } from '../routes/forward.ts';
import type { TcpHandlerTable } from '../tables.ts';
import { compileAccessLog } from './access-log.ts';

export function compileTcpProxy(
  config: Any | undefined,
  clusterRef: ClusterRef,
  from: Provenance,
  where: string,
): TcpHandlerTable {
  const proxy = unpack(config, TcpProxySchema, where);
  if (proxy.clusterSpecifier.case !== 'cluster') return refuse(where, 'tcp_proxy has no cluster');
  const clusterName = proxy.clusterSpecifier.value;
  return {
    kind: 'tcp',
    statPrefix: proxy.statPrefix,
    target: {
      cluster: clusterRef(clusterName),
      clusterName,
      weight: 1,
      requestHeaders: undefined,
      responseHeaders: undefined,
      from,
    },
    idleTimeoutMs: milliseconds(proxy.idleTimeout, tcpIdleTimeoutMs),
    accessLog: compileAccessLog(proxy.accessLog, where),
  };
}
