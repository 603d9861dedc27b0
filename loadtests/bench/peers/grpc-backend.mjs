// The gRPC backend, on the core of the load.
import { join } from 'node:path';
import { bundle } from '../bundle.mjs';
import { startOnCore } from '../processes.mjs';
import { loadCore } from '../scenario.mjs';

export async function startGrpcBackend(folder) {
  const file = await bundle(folder, 'grpc-backend', "import './loadtests/bench/grpc/backend.ts';");
  const child = startOnCore(loadCore, process.execPath, [file], join(folder, 'grpc-backend.log'));
  const port = await new Promise((resolve, reject) => {
    child.stdout.once('data', (text) => resolve(Number(String(text).trim())));
    child.once('exit', (code) => reject(new Error(`the gRPC backend ended with ${code}`)));
  });
  return { child, port };
}
