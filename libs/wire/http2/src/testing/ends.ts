/** Two ends in memory, and one end with octets by hand: for tests that look at single frames. */

import { createHttp2Client, createHttp2Server } from '../connection.ts';
import type { Http2Connection, Http2ConnectionOptions, Http2Stream } from '../connection.types.ts';
import { opening } from './octets.ts';
import { ConnectionRecorder, StreamRecorder } from './recorder.ts';
import { Wire } from './transcript.ts';

type Extra = Omit<Partial<Http2ConnectionOptions>, 'output' | 'sink' | 'now'>;

export interface End {
  readonly wire: Wire;
  readonly recorder: ConnectionRecorder;
  readonly connection: Http2Connection;
}

/** A server that has read a client's preface and empty SETTINGS. */
export function openServer(extra: Extra = {}): End {
  const wire = new Wire();
  const recorder = new ConnectionRecorder();
  const connection = createHttp2Server({ ...wire.options(), sink: recorder, ...extra });
  connection.receive(opening());
  connection.flush();
  return { wire, recorder, connection };
}

/** A client and a server; `settle` carries octets to and fro until none are left. */
export function openPair(
  clientExtra: Extra = {},
  serverExtra: Extra = {},
): { client: End; server: End; settle: () => void } {
  const wires = [new Wire(), new Wire()] as const;
  const recorders = [new ConnectionRecorder(), new ConnectionRecorder()] as const;
  const client = createHttp2Client({ ...wires[0].options(), sink: recorders[0], ...clientExtra });
  const server = createHttp2Server({ ...wires[1].options(), sink: recorders[1], ...serverExtra });
  const settle = (): void => {
    for (let moved = true; moved; ) {
      client.flush();
      server.flush();
      const toServer = wires[0].sent.splice(0);
      const toClient = wires[1].sent.splice(0);
      for (const bytes of toServer) server.receive(bytes);
      for (const bytes of toClient) client.receive(bytes);
      moved = toServer.length + toClient.length > 0;
    }
  };
  settle();
  return {
    client: { wire: wires[0], recorder: recorders[0], connection: client },
    server: { wire: wires[1], recorder: recorders[1], connection: server },
    settle,
  };
}

/** Opens a stream with a recorder. */
export function ask(
  connection: Http2Connection,
  head: { method?: string; target?: string; fields?: readonly string[]; upgrade?: string } = {},
  end = true,
): { stream: Http2Stream; recorder: StreamRecorder } {
  const recorder = new StreamRecorder();
  const { method = 'GET', target = '/', fields = [], upgrade = '' } = head;
  const stream = connection.request(
    { method, scheme: 'http', authority: 'a.test', target, fields, upgrade },
    end,
    recorder,
  );
  return { stream, recorder };
}

/** Frames of a type in what was sent: stream id and payload of each. */
export function framesOf(octets: Buffer, type: number): { id: number; flags: number; payload: Buffer }[] {
  const found: { id: number; flags: number; payload: Buffer }[] = [];
  for (let at = 0; at + 9 <= octets.length; ) {
    const end = at + 9 + octets.readUIntBE(at, 3);
    if (octets[at + 3] === type) {
      found.push({
        id: octets.readUInt32BE(at + 5),
        flags: octets[at + 4] as number,
        payload: octets.subarray(at + 9, end),
      });
    }
    at = end;
  }
  return found;
}
