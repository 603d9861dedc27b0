/** Asks once whether a process answers. */

import { get } from 'node:http';
import { connect } from 'node:net';

const probeTimeoutMs = 2_000;

/** @param target "http://host:port/path": a 2xx; "tcp://host:port": accepts. Never throws. */
export function probeOnce(target: string): Promise<boolean> {
  const url = new URL(target);
  return url.protocol === 'tcp:' ? probeTcp(url) : probeHttp(target);
}

function probeHttp(target: string): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get(target, { agent: false, timeout: probeTimeoutMs }, (response) => {
      response.resume();
      const status = response.statusCode ?? 0;
      resolve(status >= 200 && status < 300);
    });
    request.on('timeout', () => request.destroy());
    request.on('error', () => resolve(false));
  });
}

function probeTcp(url: URL): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: url.hostname, port: Number(url.port), timeout: probeTimeoutMs });
    const end = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.on('connect', () => end(true));
    socket.on('timeout', () => end(false));
    socket.on('error', () => end(false));
  });
}
