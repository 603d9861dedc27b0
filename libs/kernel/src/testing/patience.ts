/** How long tests wait for what runs outside of their thread. */

/** For `vi.waitFor`: a slow machine takes longer than the second that it gives; shorter than the five of a test, so that what was expected is told. */
export const patience = { timeout: 4_000 };
