/** Key and certificate in the state folder: one file, so that the two never belong to different rotations. */

import type { IdentityStore } from '@weft/identity';
import type { StateFolder } from '../session/state-folder.ts';

const fileName = 'identity.pem';
const keyForm = /-----BEGIN PRIVATE KEY-----[A-Za-z0-9+/=\s]+-----END PRIVATE KEY-----\n/;

/** @param owner "shop/order": what another owner left in the folder is not used. One line. */
export function createIdentityStore(folder: StateFolder, owner: string): IdentityStore {
  const head = `# ${owner}\n`;
  return {
    async load() {
      const text = await folder.read(fileName);
      const key = text?.match(keyForm)?.[0];
      if (text === undefined || key === undefined || !text.startsWith(head)) return undefined;
      return { privateKeyPem: key, chainPem: text.slice(head.length).replace(key, '') };
    },
    save: (identity) => folder.write(fileName, head + identity.privateKeyPem + identity.chainPem),
  };
}
