// The health check of every image, which have no curl: node healthcheck.mjs URL
import { get } from 'node:http';

const request = get(process.argv[2] ?? '', { timeout: 2000 }, (response) => {
  response.resume();
  process.exit(response.statusCode === 200 ? 0 : 1);
});
request.on('timeout', () => request.destroy(new Error('no answer within 2 s')));
request.on('error', (error) => {
  console.error(error.message);
  process.exit(1);
});
