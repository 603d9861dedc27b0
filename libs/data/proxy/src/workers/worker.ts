/** One of several processes that accept connections: the data path alone. Its parent has the control plane, the identity and the sockets. */

import { create } from '@bufbuild/protobuf';
import { AnySchema } from '@bufbuild/protobuf/wkt';
import type { Runtime } from '@weft/data-runtime';
import type { Logger } from '@weft/telemetry';
import type { TlsMaterial } from '@weft/tls';
import { xdsTypes } from '@weft/xds-protocol';
import { createDataPath, type DataPath } from '../data-path.ts';
import type { ProxyOptions } from '../proxy-options.ts';
import { createWorkParts } from '../work-parts.ts';
import type { Channel, FromWorker, ListenOn, ToWorker, WorkerReport } from './channel.ts';
import { createSocketAsker, listenOnSocket, type SocketAsker } from './socket-asker.ts';
import { createAnswers } from './worker-answers.ts';

/** How often a worker looks whether there is something to report. */
const reportMs = 50;

/** Runs until its parent says so, or is gone. @param onEnd nothing of it runs any more. */
export function runWorker(options: ProxyOptions, channel: Channel<ToWorker, FromWorker>, onEnd: () => void): void {
  let material: TlsMaterial | undefined;
  let uri: string | undefined;
  let done = 0;
  let reported = '';
  const parts = createWorkParts(options, { material: () => material, ownUri: () => uri }, true);
  const { runtime } = parts;
  const asker = createSocketAsker((message) => channel.send(message));
  const path = createDataPath({
    ...options,
    ...parts,
    listen: listenBy(asker),
  });
  runtime.onChange(({ typeUrl }) => {
    if (typeUrl === xdsTypes.LDS || typeUrl === xdsTypes.RDS) path.sync();
  });

  const { stages } = parts;
  const view = { ...parts, ...stages, tables: runtime.tables, poolStats: path.poolStats };
  const answers = createAnswers(view, (message, sent) => channel.send(message, undefined, sent));

  const report = (): void => {
    const now = reportOf(path, done);
    const text = JSON.stringify(now);
    if (text === reported) return;
    reported = text;
    channel.send(now);
  };
  const stopReports = options.clock.every(reportMs, report);
  const end = (): void => {
    stopReports();
    runtime.stop();
    path.close();
    onEnd();
  };

  const take = (message: ToWorker, socket: unknown): void => {
    switch (message.weft) {
      case 'socket':
        asker.answered(message, socket);
        return;
      case 'update':
        apply(runtime, message, options.log);
        break;
      case 'identity':
        material = message.material;
        uri = message.uri;
        break;
      case 'drain':
        path.drain(message.side, message.spareIdle);
        break;
      case 'ask':
      case 'tap':
      case 'untap':
        answers.take(message);
        return;
      case 'stop':
        end();
        return;
    }
    done += 1;
    report();
  };
  channel.onMessage(take);
  channel.onClosed(end);
}

function reportOf(path: DataPath, done: number): WorkerReport {
  return {
    weft: 'report',
    states: path.listenerStates(),
    connections: { inbound: path.connections('inbound'), outward: path.connections('outward') },
    done,
  };
}

function listenBy(asker: SocketAsker): ListenOn {
  return (server, host, port, backlog) =>
    asker.ask(host, port, (socket, code) => {
      if (socket !== undefined) listenOnSocket(server, socket, backlog);
      else server.emit('error', Object.assign(new Error('the socket is not to be had'), { code }));
    });
}

function apply(runtime: Runtime, message: Extract<ToWorker, { weft: 'update' }>, log: Logger): void {
  const { typeUrl, removed } = message;
  const changed = message.changed.map(([name, version, value]) => ({
    name,
    version,
    body: create(AnySchema, { typeUrl, value }),
  }));
  const refusal = runtime.apply({ typeUrl, changed, removed });
  // The parent runs the same code and has taken it.
  if (refusal !== undefined) log.error({ reason: refusal }, 'a worker refused what its parent took');
  else runtime.wanted();
}
