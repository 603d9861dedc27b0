// The client processes as one fleet.
import { fork } from 'node:child_process';

const processes = 2;

export function startFleet(port, namespaces) {
  const children = Array.from({ length: processes }, () =>
    fork(new URL('./fleet.mjs', import.meta.url), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] }),
  );
  const counts = children.map(() => 0);
  /** Sends each child a message and waits for its answer that has `key`. */
  const ask = (messageOf, key) =>
    Promise.all(
      children.map(
        (child, index) =>
          new Promise((resolve, reject) => {
            const ended = (code) => reject(new Error(`a client process ended with ${code}`));
            const listen = (answer) => {
              if (answer.error !== undefined) reject(new Error(`a client failed: ${answer.error}`));
              else if (answer[key] === undefined) return;
              else resolve(answer[key]);
              child.off('message', listen);
              child.off('exit', ended);
            };
            child.on('message', listen);
            child.once('exit', ended);
            const message = messageOf(index);
            if (message !== undefined) child.send(message);
          }),
      ),
    );

  return {
    children,
    /** Connects clients until there are `total`, each in sync. */
    async connect(total) {
      const have = counts.reduce((sum, count) => sum + count, 0);
      const shares = children.map(() => []);
      for (let index = have; index < total; index++) shares[index % processes].push(index);
      shares.forEach((share, index) => {
        counts[index] += share.length;
      });
      await ask((index) => ({ connect: { port, namespaces, indexes: shares[index] } }), 'connected');
    },
    /** @returns what the fleet saw of the change that `act` makes: until every client has acknowledged a response of `type`. */
    async change(type, act) {
      await ask(() => ({ expect: type }), 'armed');
      const changed = ask(() => undefined, 'changed');
      const startMs = Number(process.hrtime.bigint()) / 1e6;
      await act();
      const parts = await changed;
      return {
        lastMs: Math.max(...parts.map(({ lastMs = 0 }) => lastMs)) - startMs,
        bytes: parts.reduce((sum, { bytes }) => sum + bytes, 0),
        responses: parts.reduce((sum, { responses }) => sum + responses, 0),
      };
    },
    stop() {
      for (const child of children) if (child.connected) child.disconnect();
    },
  };
}
