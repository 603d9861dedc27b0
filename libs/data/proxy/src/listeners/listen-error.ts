/** One clear sentence for a port that could not be had: the address, and what to do. */

/** @param address "127.0.0.1:15001". */
export function describeListenError(error: NodeJS.ErrnoException, address: string): string {
  switch (error.code) {
    case 'EADDRINUSE':
      return `${address} is in use by another process: stop it, or give this listener another port`;
    case 'EACCES':
      return `${address} may not be listened on by this user: use a port over 1023, or give the permission`;
    case 'EADDRNOTAVAIL':
      return `${address} is no address of this machine: bind to one that is`;
    default:
      return `${address} cannot be listened on (${error.code ?? error.message})`;
  }
}
