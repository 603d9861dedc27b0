// The HTTP backend of the scenarios: nginx with 220 bytes at "/" and 1 MiB at "/bulk", keep-alive.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { portOpen, startOnCore, which } from '../processes.mjs';
import { loadCore } from '../scenario.mjs';

const body = 'x'.repeat(220);

/** @throws Error where nginx is not installed: a backend in Node would share the figures. */
export async function startBackend(folder, port) {
  const nginx = which('nginx');
  if (nginx === undefined) throw new Error('the backend of the benchmark is nginx: install it');
  const file = join(folder, 'backend.conf');
  writeFileSync(join(folder, 'bulk'), Buffer.alloc(1024 * 1024, 0x78), { mode: 0o644 });
  writeFileSync(
    file,
    `daemon off; worker_processes 1; pid ${join(folder, 'backend.pid')}; error_log ${join(folder, 'backend.log')}; worker_rlimit_nofile 20000; user root;
events { worker_connections 16384; }
http { access_log off; keepalive_requests 100000000; client_max_body_size 2m; client_body_buffer_size 2m;
  server { listen 127.0.0.1:${port} backlog=4096; root ${folder}; default_type text/plain;
    location = /bulk { } location / { return 200 "${body}"; } } }
`,
  );
  const child = startOnCore(loadCore, nginx, ['-c', file, '-p', folder], join(folder, 'backend.log'));
  await portOpen(port);
  return child;
}
