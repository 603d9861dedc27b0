// Opens keep-alive connections, one request on each, and holds them. Usage: node idle.mjs PORT HOST CONNECTIONS. Prints "held N"; ends with its input.
import { connect } from 'node:net';

const [port, host, count] = process.argv.slice(2);
const request = `GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`;
const atATime = 100;
let next = 0;
let held = 0;

function open() {
  if (next === Number(count)) return;
  next += 1;
  const socket = connect(Number(port), '127.0.0.1', () => socket.write(request));
  socket.once('data', () => {
    held += 1;
    if (held === Number(count)) process.stdout.write(`held ${held}\n`);
    else open();
  });
  socket.on('error', (error) => {
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  });
}
for (let nth = 0; nth < atATime; nth += 1) open();
process.stdin.on('end', () => process.exit(0)).resume();
