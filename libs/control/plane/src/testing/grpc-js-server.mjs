// A proxyless server on @grpc/grpc-js-xds: it listens on the address given once its listener has come over xDS, and says "ready".
import * as grpc from '@grpc/grpc-js';
import { register, XdsServer } from '@grpc/grpc-js-xds';

register();
const server = new XdsServer();
const same = (bytes) => bytes;
const method = { path: '/test.Echo/Who', requestStream: false, responseStream: false };
server.addService(
  {
    who: {
      ...method,
      requestSerialize: same,
      requestDeserialize: same,
      responseSerialize: same,
      responseDeserialize: same,
    },
  },
  { who: (_call, done) => done(null, Buffer.from('xds server')) },
);
server.bindAsync(process.argv[2], grpc.ServerCredentials.createInsecure(), (error) => {
  process.stdout.write(error === null ? 'ready\n' : `${error.message}\n`);
});
