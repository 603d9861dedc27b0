/** What the user service is told by its environment. */

import { requireSettings, settingsFields } from '@weft/service-kit';
import { z } from 'zod';

export const config = requireSettings(
  z.object({ ...settingsFields, SERVICE_NAME: z.string().default('user') }),
  process.env,
);
