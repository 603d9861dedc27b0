// The backend of every scenario: 220 bytes, keep-alive; nginx where it is installed, else a few lines of node:net.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { portOpen, startOnCore, which } from '../processes.mjs';

const backendCore = 1;
const body = 'x'.repeat(220);

const plainServer = `
const { createServer } = require('node:net');
const answer = Buffer.from('HTTP/1.1 200 OK\\r\\ncontent-type: text/plain\\r\\ncontent-length: ${body.length}\\r\\n\\r\\n${body}');
createServer((socket) => {
  socket.setNoDelay(true);
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk) => {
    let heads = 0;
    for (let at = chunk.indexOf('\\r\\n\\r\\n'); at >= 0; at = chunk.indexOf('\\r\\n\\r\\n', at + 4)) heads++;
    socket.write(heads === 1 ? answer : Buffer.concat(Array(heads).fill(answer)));
  });
}).listen(Number(process.argv[1]), '127.0.0.1');
`;

export async function startBackend(folder, port) {
  const nginx = which('nginx');
  const log = join(folder, 'backend.log');
  let child;
  if (nginx === undefined) {
    child = startOnCore(backendCore, process.execPath, ['-e', plainServer, String(port)], log);
  } else {
    const file = join(folder, 'backend.conf');
    writeFileSync(
      file,
      `daemon off; worker_processes 1; pid ${join(folder, 'backend.pid')}; error_log ${log};
events { worker_connections 4096; }
http { access_log off; keepalive_requests 100000000;
  server { listen 127.0.0.1:${port}; location / { default_type text/plain; return 200 "${body}"; } } }
`,
    );
    child = startOnCore(backendCore, nginx, ['-c', file, '-p', folder], log);
  }
  await portOpen(port);
  return child;
}
