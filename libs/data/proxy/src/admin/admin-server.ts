/** The admin port: each path with its method and its page. */

import { formatHostPort } from '@weft/kernel';
import { isLogLevel, logLevels } from '@weft/telemetry';
import type { HostPort } from '../session/node-description.ts';
import type { ListenOn } from '../workers/channel.ts';
import type { AdminView } from './admin-view.ts';
import { isLoopback, refuseForeign } from './local-only.ts';
import { certsPage } from './pages/certs.ts';
import { clustersPage } from './pages/clusters.ts';
import { configDumpPage } from './pages/config-dump.ts';
import { explainPage } from './pages/explain.ts';
import { listenersPage } from './pages/listeners.ts';
import { requestsPage } from './pages/requests.ts';
import { statsPage } from './pages/stats.ts';
import { tapPage } from './pages/tap.ts';
import {
  createSideServer,
  ListenError,
  type SideAnswer,
  type SideRequest,
  type SideServer,
  text,
} from './side-server.ts';
import { prometheusAnswer } from './status-servers.ts';

type Page = (view: AdminView, request: SideRequest) => SideAnswer;

const pages: Readonly<Record<string, { readonly GET?: Page; readonly POST?: Page }>> = {
  '/': { GET: helpPage },
  '/ready': { GET: readyPage },
  '/config_dump': { GET: configDumpPage },
  '/clusters': { GET: clustersPage },
  '/listeners': { GET: listenersPage },
  '/stats': { GET: statsPage },
  '/stats/prometheus': { GET: prometheusPage },
  '/tap': { GET: tapPage },
  '/requests': { GET: requestsPage },
  '/certs': { GET: certsPage },
  '/explain': { GET: explainPage },
  '/logging': { GET: loggingPage, POST: setLoggingPage },
  '/drain': { POST: drainPage },
  '/quitquitquit': { POST: quitPage },
};

/** `start` throws ListenError also for an address that is not of loopback: the admin port has no other guard. */
export function createAdminServer(flag: string, at: HostPort, view: AdminView, listenOn?: ListenOn): SideServer {
  const server = createSideServer(flag, at, (request) => answerAdmin(view, request), listenOn);
  return {
    ...server,
    async start() {
      if (!isLoopback(at.host))
        throw new ListenError(flag, formatHostPort(at.host, at.port), 'the admin port is for loopback addresses only');
      await server.start();
    },
  };
}

function answerAdmin(view: AdminView, request: SideRequest): SideAnswer {
  const foreign = refuseForeign(request);
  if (foreign !== undefined) return text(403, `${foreign}\n`);
  const methods = Object.hasOwn(pages, request.path) ? pages[request.path] : undefined;
  if (methods === undefined) return text(404, 'no such page; GET / lists them\n');
  const page = request.method === 'GET' ? methods.GET : request.method === 'POST' ? methods.POST : undefined;
  if (page !== undefined) return page(view, request);
  const allow = Object.keys(methods).join(', ');
  return { ...text(405, `${request.path} takes ${allow}\n`), headers: { allow } };
}

function helpPage(): SideAnswer {
  const lines = Object.entries(pages).map(([path, methods]) => `${path}: ${Object.keys(methods).join(', ')}`);
  return text(200, `${lines.join('\n')}\n`);
}

function readyPage(view: AdminView): SideAnswer {
  const problem = view.notReady();
  return problem === undefined ? text(200, 'LIVE\n') : text(503, `PRE_INITIALIZING: ${problem}\n`);
}

function prometheusPage(view: AdminView): SideAnswer {
  return prometheusAnswer(view.registry, view.appMetrics, view.workers);
}

function loggingPage(view: AdminView): SideAnswer {
  return text(200, `active loggers:\n  sidecar: ${view.log.level}\n`);
}

function setLoggingPage(view: AdminView, request: SideRequest): SideAnswer {
  const level = request.query.get('level') ?? '';
  if (!isLogLevel(level)) return text(400, `?level= is one of ${logLevels.join(', ')}\n`);
  view.log.level = level;
  return loggingPage(view);
}

function drainPage(view: AdminView): SideAnswer {
  view.drain();
  return text(200, 'OK\n');
}

function quitPage(view: AdminView): SideAnswer {
  return { ...text(200, 'OK\n'), afterwards: view.quit };
}
