// A vitest reporter that ends with the line that our CI reads: "N passed, N failed".
import { appendFileSync } from 'node:fs';

export default class ClosingLine {
  onTestRunEnd(modules, errors) {
    let passed = 0;
    let failed = errors.length;
    let skipped = 0;
    for (const module of modules) {
      let own = 0;
      for (const test of module.children.allTests()) {
        own++;
        const state = test.result().state;
        if (state === 'passed') passed++;
        else if (state === 'failed') failed++;
        else skipped++;
      }
      if (own === 0 && module.state() === 'failed') failed++;
    }
    const line = `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
    console.log(line);
    if (process.env.WEFT_TEST_COUNTS !== undefined) appendFileSync(process.env.WEFT_TEST_COUNTS, `${line}\n`);
  }
}
