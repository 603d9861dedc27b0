// Makes the passwords of the databases, once, in volumes: none is in an image or in the repository.
import { randomBytes } from 'node:crypto';
import { existsSync, renameSync, writeFileSync } from 'node:fs';

for (const owner of ['postgres', 'user', 'order', 'inventory', 'payment']) {
  const file = `/secrets/${owner}/password`;
  if (existsSync(file)) continue;
  // PostgreSQL runs as another user than the services; each volume is mounted by the two that need it alone.
  writeFileSync(`${file}.new`, randomBytes(24).toString('hex'), { mode: 0o444 });
  renameSync(`${file}.new`, file);
}
