/** The sidecar and gateway process. Its memory is set up before the program is loaded: V8's workers have their heaps from then on. */

import './memory.ts';

await import('./run.ts');
