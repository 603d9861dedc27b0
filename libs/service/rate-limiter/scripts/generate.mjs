// Generates the messages of the rate-limit and health protocols. Run by the Nx target `generate`.
import { cpSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { generateMessages } from '../../../../scripts/generate-messages.mjs';

const library = resolve(import.meta.dirname, '..');

generateMessages({ library, prepare: (work) => cpSync(join(library, 'proto'), work, { recursive: true }) });
