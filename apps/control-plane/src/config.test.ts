import { expect, it } from 'vitest';
import { parseConfig, UsageError } from './config.ts';

it('has the defaults of the reference, with clear text off', () => {
  expect(parseConfig([])).toEqual({
    configDirs: ['infra/mesh'],
    meshConfig: undefined,
    stateDir: '.weft/control-plane',
    tokenDir: undefined,
    caDir: undefined,
    xds: { host: '127.0.0.1', port: 15012 },
    xdsClear: undefined,
    monitoring: { host: '127.0.0.1', port: 15014 },
    api: { host: '127.0.0.1', port: 15080 },
    trustDomain: 'cluster.local',
    domain: 'cluster.local',
    sans: [],
    kubernetes: undefined,
    logLevel: 'info',
  });
});

it('takes IPv6 addresses, localhost and several names', () => {
  const config = parseConfig(['--xds', '[::1]:0', '--api', 'localhost:1', '--san', 'a.b', '--san', '10.0.0.1']);
  expect(config.xds).toEqual({ host: '::1', port: 0 });
  expect(config.api).toEqual({ host: '127.0.0.1', port: 1 });
  expect(config.sans).toEqual(['a.b', '10.0.0.1']);
});

it.each([
  [['--nope'], '--nope'],
  [['positional'], 'positional'],
  [['--xds', 'somewhere'], '--xds somewhere'],
  [['--xds', '127.0.0.1:65536'], '--xds 127.0.0.1:65536'],
  [['--monitoring', '::1:80'], '--monitoring ::1:80'],
  [['--trust-domain', 'a b'], '--trust-domain a b'],
  [['--san', '-x-'], '--san'],
  [['--log-level', 'loud'], '--log-level loud'],
  [['--config-dir', ''], '--config-dir is empty'],
  [Array.from({ length: 17 }, () => ['--config-dir', 'x']).flat(), 'at most 16 folders'],
  [['--state-dir', ''], '--state-dir is empty'],
  [['--kubeconfig', 'x'], '--kubeconfig goes with --kubernetes'],
  [['--kubernetes', '--webhook', 'x'], '--webhook x'],
])('refuses %j in one sentence that names the flag', (args, words) => {
  expect(() => parseConfig(args)).toThrow(UsageError);
  expect(() => parseConfig(args)).toThrow(words);
});

it('reads no folder where it has a cluster, unless it is told to', () => {
  const config = parseConfig(['--kubernetes', '--kubeconfig', 'k', '--webhook', '0.0.0.0:15017']);
  expect(config.configDirs).toEqual([]);
  expect(config.kubernetes).toMatchObject({ kubeconfig: 'k', webhook: { host: '0.0.0.0', port: 15017 } });
  expect(parseConfig(['--kubernetes', '--config-dir', 'a']).configDirs).toEqual(['a']);
});
