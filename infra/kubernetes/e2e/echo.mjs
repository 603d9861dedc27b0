// A workload that answers with its version, and one that asks another through its sidecar and prints each change of the answer.
import { createServer, get } from 'node:http';

const [role, value] = process.argv.slice(2);

/** One line a change: when it was first seen, and what. */
function watch(url) {
  const proxy = { host: '127.0.0.1', port: 15001 };
  let last;
  const tell = (seen) => {
    if (seen !== last) console.log(JSON.stringify({ at: Date.now(), seen }));
    last = seen;
  };
  const ask = () => {
    const request = get({ ...proxy, path: url, headers: { host: new URL(url).host }, agent: false }, (response) => {
      let body = '';
      response.on('data', (bytes) => {
        body += bytes;
      });
      response.on('end', () => tell(response.statusCode === 200 ? body : String(response.statusCode)));
    });
    request.on('error', (error) => tell(error.code ?? error.message));
    request.on('close', () => setTimeout(ask, 20));
  };
  ask();
}

if (role === 'client') watch(value);
else createServer((_request, response) => response.end(value)).listen(8080, '127.0.0.1');
process.on('SIGTERM', () => process.exit(0));
