// @ts-check
// Times training steps in this browser, one thread, as `cargo xtask bench` asks.
import init, { BenchRun } from '../pkg/sparsevd.js';

const WARM_UP = 20;
const STEPS = 100;

/** Median milliseconds a step of each work. @param {string[]} works */
export async function bench(works = ['W1', 'W1b', 'W3']) {
  await init();
  /** @type {Record<string, { ms_per_step: number, steps: number }>} */
  const report = {};
  for (const work of works) {
    const run = new BenchRun(work);
    for (let i = 0; i < WARM_UP; i += 1) run.step();
    const times = [];
    for (let i = 0; i < STEPS; i += 1) {
      const start = performance.now();
      run.step();
      times.push(performance.now() - start);
    }
    times.sort((a, b) => a - b);
    report[work] = { ms_per_step: times[STEPS / 2], steps: STEPS };
    run.free();
  }
  return report;
}
