/** What the payment service is told by its environment. */

import { grpcServerFields, readSettings, settingsFields } from '@weft/service-kit';
import { z } from 'zod';

export const config = readSettings(
  z.object({ ...settingsFields, ...grpcServerFields, SERVICE_NAME: z.string().default('payment') }),
  process.env,
);
