// A process with many clients: told by messages to connect more of them, and to tell when each has acknowledged a change.
import { startClient, types } from './client.mjs';

const clients = [];
const connectingAtOnce = 8;
let waiting;
let failed;

const now = () => Number(process.hrtime.bigint()) / 1e6;
const fail = (error) => {
  if (failed === undefined) process.send({ error: String(error?.message ?? error) });
  failed = error;
};

/** Resolves when the client has acknowledged a first response of each type. */
function connectOne({ port, index, namespaces }) {
  return new Promise((resolve) => {
    const missing = new Set(Object.keys(types));
    const state = { seen: false };
    clients.push({
      state,
      ...startClient({
        port,
        index,
        namespaces,
        onError: fail,
        onAck(type, bytes, resources) {
          missing.delete(type);
          if (missing.size === 0) resolve();
          if (waiting === undefined) return;
          waiting.bytes += bytes;
          waiting.responses += 1;
          if (type !== waiting.type || state.seen || resources === 0) return;
          state.seen = true;
          waiting.times.push(now());
          if (waiting.times.length === clients.length) finish();
        },
      }),
    });
  });
}

function finish() {
  const { bytes, responses, times } = waiting;
  waiting = undefined;
  process.send({ changed: { bytes, responses, lastMs: times.at(-1), times } });
}

process.on('message', async ({ connect, expect }) => {
  if (connect !== undefined) {
    let next = 0;
    const worker = async () => {
      while (next < connect.indexes.length) await connectOne({ ...connect, index: connect.indexes[next++] });
    };
    await Promise.all(Array.from({ length: connectingAtOnce }, worker));
    process.send({ connected: clients.length });
  }
  if (expect !== undefined) {
    for (const { state } of clients) state.seen = false;
    waiting = { type: expect, bytes: 0, responses: 0, times: [] };
    process.send({ armed: true });
    if (clients.length === 0) finish();
  }
});
process.on('disconnect', () => process.exit(0));
