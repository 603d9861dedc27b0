// An application that answers with the headers it was asked with; after as many milliseconds as ?after= says.
import { createServer } from 'node:http';

createServer((request, response) => {
  const after = new URL(request.url, 'http://echo').searchParams.get('after');
  setTimeout(() => response.end(JSON.stringify(request.headers)), Number(after));
}).listen(Number(process.env.PORT), '127.0.0.1');
