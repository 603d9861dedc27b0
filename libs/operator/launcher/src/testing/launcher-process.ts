/** A launcher of its own, for tests that kill it: launcher-process DIR STUB-SCRIPT NAME=PORT… */

import { createStubMesh } from './stub-mesh.ts';

const [dir = '', script = '', ...stubs] = process.argv.slice(2);
const processes = stubs.map((stub) => {
  const [name = '', port = ''] = stub.split('=');
  return { name, port: Number(port) };
});
const mesh = createStubMesh(dir, processes, script);
process.on('SIGTERM', () => {
  mesh.stop().then(
    () => process.exit(0),
    () => process.exit(1),
  );
});
await mesh.start();
console.log('ready');
