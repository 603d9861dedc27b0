/** The user service: accounts, sessions, and the keys that others check its tokens with. */

import { runService } from '@weft/service-kit';
import { createPasswordHasher, defaultCost } from './adapters/crypto/password-hasher.ts';
import { createTokenIssuer } from './adapters/crypto/token-issuer.ts';
import { createAccountStore } from './adapters/db/account-store.ts';
import { migrations } from './adapters/db/migrations.ts';
import type { UserSchema } from './adapters/db/schema.ts';
import { loadSigningKey } from './adapters/db/signing-keys.ts';
import { accountRoutes } from './adapters/http/account-routes.ts';
import { createAccounts } from './application/accounts.ts';
import { config } from './config.ts';

await runService<UserSchema>({
  settings: config,
  migrations,
  bodyMax: 8 * 1024,
  build: async ({ db, clock }) => {
    const issuer = await createTokenIssuer(await loadSigningKey(db), clock);
    const accounts = await createAccounts(createAccountStore(db), createPasswordHasher(defaultCost), issuer);
    return { routes: [accountRoutes(accounts, issuer.jwks)] };
  },
});
