/** What the order service is told by its environment. */

import { requireSettings, settingsFields } from '@weft/service-kit';
import { z } from 'zod';

const target = z.string().regex(/^[^\s/]+:\d+$/, 'host:port');

export const config = requireSettings(
  z.object({
    ...settingsFields,
    SERVICE_NAME: z.string().default('order'),
    USER_URL: z.url({ protocol: /^http$/ }).default('http://user.shop.svc.cluster.local:8080'),
    INVENTORY_TARGET: target.default('inventory.shop.svc.cluster.local:9090'),
    PAYMENT_TARGET: target.default('payment.shop.svc.cluster.local:9090'),
  }),
  process.env,
);
