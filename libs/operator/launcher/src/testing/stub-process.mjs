// A process that tests supervise. Environment: PORT to answer on, and one of DIE_WITH (exit code at once), MUTE (never answers), STUBBORN (ignores signals).
import { createServer } from 'node:http';

const { PORT, DIE_WITH, MUTE, STUBBORN } = process.env;
if (DIE_WITH !== undefined) {
  console.error('the last thing that it said');
  process.exit(Number(DIE_WITH));
}
if (STUBBORN !== undefined) {
  for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => {});
}
const server = createServer((_, response) => {
  response.statusCode = MUTE === undefined ? 200 : 503;
  response.end(String(process.pid));
});
server.listen(Number(PORT), '127.0.0.1', () => console.log(`listening as ${process.pid}`));
