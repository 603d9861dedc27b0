import { describe, expect, test } from 'vitest';
import { parseConfig } from './config.ts';
import { UsageError } from './usage-error.ts';

const needed = ['--workload-group', 'shop/order', '--token-dir', 't', '--state-dir', 's'];

describe('the command line', () => {
  test('the defaults are the documented ones', () => {
    expect(parseConfig(needed)).toMatchObject({
      mode: 'sidecar',
      workloadGroup: { namespace: 'shop', name: 'order' },
      xds: { host: '127.0.0.1', port: 15012 },
      address: '127.0.0.1',
      inbound: [],
      outbound: { host: '127.0.0.1', port: 15001 },
      admin: { host: '127.0.0.1', port: 15000 },
      readiness: { host: '127.0.0.1', port: 15021 },
      prometheus: { host: '127.0.0.1', port: 15090 },
      accessLog: undefined,
      drainSeconds: 5,
      reasonHeader: true,
      logLevel: 'info',
    });
  });

  test('ports of the application, names of the control plane and IPv6 are understood', () => {
    const config = parseConfig([
      ...needed,
      ...['--inbound', 'http=127.0.0.1:21003,127.0.0.1:21000', '--inbound', 'grpc=[::1]:21004,[::1]:21001'],
      ...[
        '--xds',
        'control-plane:15012',
        '--xds-server-name',
        'istiod',
        '--drain-seconds',
        '0.5',
        '--outbound',
        'localhost:1',
      ],
    ]);
    expect(config.inbound).toEqual([
      { name: 'http', bind: '127.0.0.1', port: 21003, defaultEndpoint: '127.0.0.1:21000' },
      { name: 'grpc', bind: '::1', port: 21004, defaultEndpoint: '[::1]:21001' },
    ]);
    expect(config).toMatchObject({
      xds: { host: 'control-plane', port: 15012 },
      xdsServerName: 'istiod',
      drainSeconds: 0.5,
      outbound: { host: '127.0.0.1', port: 1 },
    });
  });

  test('a pod of Kubernetes stands in the place of a group', () => {
    const rest = needed.slice(2);
    expect(parseConfig(['--pod', 'shop/pay-abc-x', ...rest])).toMatchObject({
      pod: true,
      workloadGroup: { namespace: 'shop', name: 'pay-abc-x' },
    });
    expect(() => parseConfig(['--pod', 'shop/a', ...needed])).toThrow('--pod and --workload-group: give one of them');
    expect(() => parseConfig(['--pod', 'shop', ...rest])).toThrow('--pod shop: give namespace/name');
  });

  test('one process accepts connections, or as many as are asked for, or one a core', () => {
    const concurrency = (...more: string[]): number | undefined => parseConfig([...needed, ...more]).concurrency;
    expect(concurrency()).toBe(1);
    expect(concurrency('--concurrency', '3')).toBe(3);
    expect(concurrency('--concurrency', '0')).toBeGreaterThan(0);
    expect(() => concurrency('--concurrency', '65')).toThrow('--concurrency 65: give a number of processes up to 64');
    expect(parseConfig(needed)).toMatchObject({ generation: 0, worker: undefined });
    expect(parseConfig([...needed, '--take-over', '2', '--worker', '1'])).toMatchObject({ generation: 2, worker: 1 });
  });

  test('a gateway has no way for applications', () => {
    expect(parseConfig([...needed, '--mode', 'gateway']).outbound).toBeUndefined();
  });

  test('captured connections need no explicit proxy, which may be there all the same', () => {
    expect(parseConfig([...needed, '--captured'])).toMatchObject({ captured: true, outbound: undefined });
    const both = parseConfig([...needed, '--captured', '--outbound', '127.0.0.1:15002']);
    expect(both).toMatchObject({ captured: true, outbound: { host: '127.0.0.1', port: 15002 } });
    expect(() => parseConfig([...needed, '--captured', '--mode', 'gateway'])).toThrow('a gateway has no application');
  });

  test('variables of the environment are there for logs and traces', () => {
    const { environment } = parseConfig(needed, { POD: 'order-1' });
    expect([environment?.('POD'), environment?.('NONE')]).toEqual(['order-1', undefined]);
  });

  test('an Envoy may be the proxy, with arguments of its own', () => {
    expect(parseConfig(needed).envoy).toBeUndefined();
    const searchPath = '/bin:/usr/bin';
    const env = { PATH: searchPath };
    expect(parseConfig([...needed, '--envoy', 'envoy'], env).envoy).toEqual({ program: 'envoy', args: [], searchPath });
    const args = ['--component-log-level', 'rbac:debug', '--', 'x'];
    expect(parseConfig([...needed, '--envoy', '/bin/envoy', '--', ...args], env).envoy).toEqual({
      program: '/bin/envoy',
      args,
      searchPath,
    });
    expect(() => parseConfig([...needed, '--', '-l', 'debug'])).toThrow('what stands after -- is for an Envoy');
    const ours = [...needed, '--envoy', 'envoy', '--app-metrics', '127.0.0.1:1/metrics'];
    expect(() => parseConfig(ours)).toThrow('--app-metrics: an Envoy has no such setting');
  });

  test('a sidecar says why it answers by itself, a gateway does not, unless it is told to', () => {
    const told = (...more: string[]): boolean | undefined => parseConfig([...needed, ...more]).reasonHeader;
    expect(told('--mode', 'gateway')).toBe(false);
    expect(told('--mode', 'gateway', '--reason-header', 'on')).toBe(true);
    expect(told('--reason-header', 'off')).toBe(false);
  });

  test.each([
    [[], '--workload-group is missing'],
    [['--workload-group', 'order'], '--workload-group order: give namespace/name, like shop/order'],
    [['--nope'], "Unknown option '--nope'"],
    [['more'], "Unexpected argument 'more'"],
    [[...needed, '--mode', 'x'], '--mode x: give sidecar or gateway'],
    [[...needed, '--token-dir', ''], '--token-dir is empty'],
    [[...needed, '--log-level', 'loud'], '--log-level loud: give one of'],
    [[...needed, '--reason-header', 'yes'], '--reason-header yes: give on or off'],
    [[...needed, '--outbound', '15001'], '--outbound 15001: give an IP address and a port'],
    [[...needed, '--outbound', 'host:1'], '--outbound host:1: give an IP address and a port'],
    [[...needed, '--admin', '127.0.0.1:65536'], '--admin 127.0.0.1:65536: give'],
    [[...needed, '--xds', 'a b:1'], '--xds a b:1: give a host and a port'],
    [[...needed, '--address', 'host'], '--address host: give an IP address'],
    [[...needed, '--inbound', 'http'], '--inbound http: give name=BIND:PORT,APPHOST:APPPORT'],
    [[...needed, '--inbound', 'a=127.0.0.1:1,127.0.0.1:2', '--inbound', 'a=127.0.0.1:3,127.0.0.1:4'], 'two ports'],
    [[...needed, '--mode', 'gateway', '--inbound', 'a=127.0.0.1:1,127.0.0.1:2'], 'a gateway has no application'],
    [[...needed, '--drain-seconds', '-1'], '--drain-seconds'],
    [[...needed, '--drain-seconds', '9999'], '--drain-seconds 9999: give a number of seconds up to 3600'],
  ])('%j is refused in one sentence', (args, sentence) => {
    expect(() => parseConfig(args)).toThrow(UsageError);
    expect(() => parseConfig(args)).toThrow(sentence);
  });

  test('the ports of an application have a bound', () => {
    const ports = (count: number): string[] =>
      Array.from({ length: count }, (_, i) => ['--inbound', `p${i}=127.0.0.1:${i + 1},127.0.0.1:${i + 1000}`]).flat();
    expect(parseConfig([...needed, ...ports(64)]).inbound).toHaveLength(64);
    expect(() => parseConfig([...needed, ...ports(65)])).toThrow('--inbound: at most 64 ports');
  });

  test('the own address can be found', () => {
    try {
      expect(parseConfig([...needed, '--address', 'auto']).address).toMatch(/^\d+\.\d+\.\d+\.\d+$/);
    } catch (error) {
      expect(String(error)).toMatch(/no IPv4 address besides loopback/);
    }
  });
});
