// A vitest reporter that ends with the line that our CI reads: "N passed, N failed".
import { appendFileSync } from 'node:fs';

export default class ClosingLine {
  onTestRunEnd(modules, errors) {
    let passed = 0;
    let failed = errors.length;
    let skipped = 0;
    for (const module of modules) {
      for (const test of module.children.allTests()) {
        const state = test.result().state;
        if (state === 'passed') passed++;
        else if (state === 'failed') failed++;
        else skipped++;
      }
      // A hook or an import that failed leaves its tests skipped: it counts as one failure of its own.
      failed += module.errors().length;
      for (const suite of module.children.allSuites()) failed += suite.errors().length;
    }
    const line = `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
    console.log(line);
    if (process.env.WEFT_TEST_COUNTS !== undefined) appendFileSync(process.env.WEFT_TEST_COUNTS, `${line}\n`);
  }
}
