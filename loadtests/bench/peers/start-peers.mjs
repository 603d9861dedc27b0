// The peers of a row by name.
import { freePorts } from '../free-ports.mjs';
import { startEnvoy } from './envoy.mjs';
import { startNginx } from './nginx.mjs';
import { startWeft } from './weft.mjs';

const starters = {
  weft: startWeft,
  envoy: startEnvoy,
  nginx: startNginx,
  direct: async ({ backendPort }) => ({ children: [], port: backendPort }),
  empty: (context) =>
    startWeft({ ...context, scenario: { ...context.scenario, name: `${context.scenario.name}-empty`, first: {} } }),
};

/**
 * @param wanted names; nothing: all of the scenario. @param started gets each process as it starts: a peer that fails half-way leaves none behind.
 * @returns peers by name, without those whose program is not installed.
 */
export async function startPeers({ scenario, folder, files, backends, wanted, started }) {
  const peers = new Map();
  for (const name of scenario.peers) {
    if (wanted !== undefined && !wanted.includes(name)) continue;
    const ports = await freePorts(11);
    const backendPort = backends[scenario.backend ?? 'http'];
    const peer = await starters[name]({ folder, scenario, backendPort, ports, files, started });
    if (peer === undefined) {
      console.log(`${name} is not installed: left out`);
      continue;
    }
    peers.set(name, peer);
  }
  return peers;
}
