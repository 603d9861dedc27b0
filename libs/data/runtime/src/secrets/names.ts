/** Names of secrets that mean something of their own. */

/** The secret that this proxy makes itself; it is never asked for. */
export const ownSecretName = 'default';
/** The secret with the roots of the mesh. */
export const rootsSecretName = 'ROOTCA';
/** What Istio calls the roots of the operating system. */
export const systemRootsName = 'file-root:system';
