/** Looks whether a listener is there. */

import { connect } from 'node:net';

const retryMs = 20;

/** @returns false, a moment later, where nothing listens on the port of 127.0.0.1. */
export function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(port, '127.0.0.1', () => {
      probe.destroy();
      resolve(true);
    });
    probe.on('error', () => setTimeout(() => resolve(false), retryMs));
  });
}
