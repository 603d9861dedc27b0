// An application that answers with the headers it was asked with.
import { createServer } from 'node:http';

createServer((request, response) => response.end(JSON.stringify(request.headers))).listen(
  Number(process.env.PORT),
  '127.0.0.1',
);
