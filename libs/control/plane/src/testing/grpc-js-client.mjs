// A proxyless client on @grpc/grpc-js-xds: for each line "N" on its input it makes N calls and prints how many each server answered, as JSON.
import { createInterface } from 'node:readline';
import * as grpc from '@grpc/grpc-js';
import { register } from '@grpc/grpc-js-xds';

register();
const client = new grpc.Client(process.argv[2], grpc.credentials.createInsecure());
const call = () =>
  new Promise((resolve, reject) => {
    const same = (bytes) => bytes;
    const options = { deadline: Date.now() + 20_000 };
    client.makeUnaryRequest(
      '/test.Echo/Who',
      same,
      same,
      Buffer.alloc(0),
      new grpc.Metadata(),
      options,
      (error, answer) => (error ? reject(error) : resolve(answer.toString())),
    );
  });

for await (const line of createInterface({ input: process.stdin })) {
  const counts = {};
  for (let i = 0; i < Number(line); i++) {
    const who = await call();
    counts[who] = (counts[who] ?? 0) + 1;
  }
  process.stdout.write(`${JSON.stringify(counts)}\n`);
}
process.exit(0);
