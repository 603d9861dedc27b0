/** A bounded GET of a small document, never from addresses that only a machine's own metadata service has. */

import { type LookupAddress, type LookupOptions, lookup } from 'node:dns';
import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { BlockList, isIP } from 'node:net';

/** Octets of one document. */
export const documentBytesMax = 1024 * 1024;

const forbidden = new BlockList();
forbidden.addSubnet('169.254.0.0', 16, 'ipv4');
forbidden.addSubnet('fe80::', 10, 'ipv6');
// The metadata address of AWS in IPv6.
forbidden.addAddress('fd00:ec2::254', 'ipv6');

/**
 * @param timeoutMs for the whole document.
 * @throws Error whose message says what is wrong in a few words, without what the server sent.
 */
export function fetchText(url: string, timeoutMs: number): Promise<string> {
  const parsed = new URL(url);
  const host = parsed.hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) !== 0 && isForbidden(host)) return Promise.reject(new Error(`${host} is a link-local address`));
  const options: RequestOptions = {
    lookup: guardedLookup as NonNullable<RequestOptions['lookup']>,
    signal: AbortSignal.timeout(timeoutMs),
    headers: { accept: 'application/json' },
  };
  return new Promise((resolve, reject) => {
    const send = parsed.protocol === 'https:' ? httpsRequest : httpRequest;
    const call = send(parsed, options, (answer) => readAll(answer).then(resolve, reject));
    call.on('error', (error) =>
      reject(error.name === 'TimeoutError' ? new Error(`no answer in ${timeoutMs} ms`) : error),
    );
    call.end();
  });
}

async function readAll(answer: IncomingMessage): Promise<string> {
  if (answer.statusCode !== 200) {
    answer.destroy();
    throw new Error(`answered ${answer.statusCode ?? 0}`);
  }
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > documentBytesMax) {
      answer.destroy();
      throw new Error(`the answer is larger than ${documentBytesMax} bytes`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

type Looked = (error: NodeJS.ErrnoException | null, address: string | LookupAddress[], family?: number) => void;

/** A name is judged by what it resolves to, at the moment of the connection. */
function guardedLookup(hostname: string, options: LookupOptions, done: Looked): void {
  lookup(hostname, options, (error, address, family) => {
    const addresses = Array.isArray(address) ? address.map((one) => one.address) : [address];
    const bad = error === null ? addresses.find(isForbidden) : undefined;
    if (bad === undefined) done(error, address, family);
    else done(new Error(`${hostname} is ${bad}, a link-local address`), address, family);
  });
}

function isForbidden(address: string): boolean {
  return forbidden.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}
