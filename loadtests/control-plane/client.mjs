// One proxy as the control plane sees it: a connection of its own, one incremental stream, clusters, their endpoints, listeners, routes.
import { connect } from 'node:http2';
import { field, readResponse, request } from './wire.mjs';

const type = (name) => `type.googleapis.com/envoy.config.${name}`;
export const types = {
  CDS: type('cluster.v3.Cluster'),
  EDS: type('endpoint.v3.ClusterLoadAssignment'),
  LDS: type('listener.v3.Listener'),
  RDS: type('route.v3.RouteConfiguration'),
};
const routes = ['8080'];

function nodeOf({ id, namespace, app }) {
  const metadata = (key, value) => field(1, Buffer.concat([field(1, key), field(2, field(3, value))]));
  const labels = field(1, Buffer.concat([field(1, 'LABELS'), field(2, field(5, metadata('app', app)))]));
  return Buffer.concat([
    field(1, id),
    field(2, app),
    field(3, Buffer.concat([metadata('NAMESPACE', namespace), metadata('INTERCEPTION_MODE', 'REDIRECT'), labels])),
  ]);
}

/** @param onAck called with the short name of a type, and the bytes of the response that was acknowledged. */
export function startClient({ port, index, namespaces, onAck, onError }) {
  const namespace = `ns-${index % namespaces}`;
  const app = `app-${index % (namespaces * 5)}`;
  const ip = `10.250.${index >> 8}.${index & 255}`;
  const node = nodeOf({
    id: `sidecar~${ip}~${app}-${index}.${namespace}~${namespace}.svc.cluster.local`,
    namespace,
    app,
  });
  const session = connect(`http://127.0.0.1:${port}`, { settings: { initialWindowSize: 4 << 20 } });
  session.on('error', onError);
  session.once('connect', () => session.setLocalWindowSize(8 << 20));
  const stream = session.request({
    ':method': 'POST',
    ':path': '/envoy.service.discovery.v3.AggregatedDiscoveryService/DeltaAggregatedResources',
    'content-type': 'application/grpc',
    te: 'trailers',
  });
  stream.on('error', onError);
  stream.on('trailers', (trailers) => onError(new Error(`stream ended: ${JSON.stringify(trailers)}`)));
  let chunks = [];
  let have = 0;
  let subscribed = false;

  const take = (message) => {
    const response = readResponse(message, !subscribed);
    const short = Object.keys(types).find((name) => types[name] === response.typeUrl);
    stream.write(request({ typeUrl: response.typeUrl, nonce: response.nonce }));
    if (short === 'CDS' && !subscribed) {
      subscribed = true;
      const names = response.names.filter((name) => name.startsWith('outbound|'));
      stream.write(request({ typeUrl: types.EDS, subscribe: names }));
      stream.write(request({ typeUrl: types.LDS }));
      stream.write(request({ typeUrl: types.RDS, subscribe: routes }));
    }
    onAck(short, message.length, response.resources);
  };

  stream.on('data', (chunk) => {
    chunks.push(chunk);
    have += chunk.length;
    while (have >= 5) {
      if (chunks[0].length < 5) chunks = [Buffer.concat(chunks)];
      const length = chunks[0].readUInt32BE(1);
      if (have < 5 + length) return;
      const all = chunks.length === 1 ? chunks[0] : Buffer.concat(chunks);
      have -= 5 + length;
      chunks = have === 0 ? [] : [Buffer.from(all.subarray(5 + length))];
      take(all.subarray(5, 5 + length));
    }
  });
  stream.write(request({ node, typeUrl: types.CDS }));
  return { close: () => session.destroy() };
}
