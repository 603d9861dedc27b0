/** The validating webhook over TLS: POST /validate, as a ValidatingWebhookConfiguration calls it. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { Authority } from '@weft/control-ca';
import type { Cancel, Clock, Part } from '@weft/kernel';
import type { Logger } from '@weft/telemetry';
import { type Address, ListenError } from '../grpc/listen.ts';
import { judge } from './admission.ts';

/** An AdmissionReview carries the object twice; the API server takes requests of up to 3 MiB. */
export const reviewBytesMax = 8 * 1024 * 1024;
/** Requests that take longer are cut off; the API server waits for 30 s at most. */
const requestMs = 30_000;
const connectionsMax = 64;
const retryMs = 60_000;

export interface WebhookServerOptions {
  readonly authority: Authority;
  readonly names: readonly string[];
  readonly address: Address;
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'error' | 'warn'>;
  readonly onBound: (address: Address) => void;
}

export function webhookPart(options: WebhookServerOptions): Part {
  const { authority, names, address, clock, logger, onBound } = options;
  const server = createServer({ requestTimeout: requestMs, headersTimeout: requestMs }, answer);
  server.maxConnections = connectionsMax;
  let cancel: Cancel = () => {};
  let stopFollowing: Cancel = () => {};

  const certify = async (): Promise<void> => {
    const pair = await authority.issueServer(names, []);
    server.setSecureContext({ cert: pair.certificatePem, key: pair.privateKeyPem });
    cancel();
    cancel = clock.after(Math.max(retryMs, (pair.notAfterMs - clock.now()) / 2), renew);
  };
  const renew = (): void => {
    certify().catch((error: unknown) => {
      logger.error({ err: error }, "the webhook's certificate could not be renewed");
      cancel = clock.after(retryMs, renew);
    });
  };

  return {
    name: 'webhook',
    async start() {
      await certify();
      stopFollowing = authority.onChange(renew);
      await new Promise<void>((listening, failed) => {
        server.once('error', (error) => failed(new ListenError('--webhook', address, error)));
        server.listen(address.port, address.host, listening);
      });
      const bound = server.address();
      onBound({ host: address.host, port: typeof bound === 'object' && bound !== null ? bound.port : address.port });
    },
    async stop() {
      stopFollowing();
      cancel();
      const closed = new Promise((done) => server.close(done));
      server.closeIdleConnections();
      cancel = clock.after(requestMs, () => server.closeAllConnections());
      await closed;
      cancel();
    },
  };
}

function answer(request: IncomingMessage, response: ServerResponse): void {
  const send = (status: number, body: unknown): void => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };
  if (request.method !== 'POST' || request.url?.split('?', 1)[0] !== '/validate') {
    request.resume();
    send(404, { message: 'POST /validate is all there is' });
    return;
  }
  const pieces: Buffer[] = [];
  let held = 0;
  request.on('data', (bytes: Buffer) => {
    held += bytes.length;
    if (held <= reviewBytesMax) pieces.push(bytes);
    else if (!response.headersSent) send(413, { message: `a review is at most ${reviewBytesMax} bytes` });
  });
  request.on('end', () => {
    if (response.headersSent) return;
    const review = judge(parse(Buffer.concat(pieces).toString('utf8')));
    if (review === undefined) send(400, { message: 'not an AdmissionReview of admission.k8s.io/v1' });
    else send(200, review);
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
