/** Every message that a case may hold in an Any. */

import { createRegistry } from '@bufbuild/protobuf';
import { file_envoy_config_bootstrap_v3_bootstrap } from '@weft/xds-messages/envoy/config/bootstrap/v3/bootstrap';
import { messageRegistry } from '@weft/xds-messages/registry';

export const caseRegistry = createRegistry(messageRegistry(), file_envoy_config_bootstrap_v3_bootstrap);
