/** What the payment service is told by its environment. */

import { grpcServerFields, requireSettings, settingsFields } from '@weft/service-kit';
import { z } from 'zod';

export const config = requireSettings(
  z.object({ ...settingsFields, ...grpcServerFields, SERVICE_NAME: z.string().default('payment') }),
  process.env,
);
