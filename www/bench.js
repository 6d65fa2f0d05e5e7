// @ts-check
// Times the works of the bench in this browser, one thread, as `cargo xtask bench` asks.
import init, { BenchRun } from '../pkg/lab.js';

/** Steps before the clock starts, for each that is timed. */
const WARM_UP = 0.2;

/** Median milliseconds a step of each work. @param {string[]} [works] */
export async function bench(works) {
  await init();
  /** @type {Record<string, { ms_per_step: number, steps: number }>} */
  const report = {};
  for (const work of works ?? BenchRun.works()) {
    const run = new BenchRun(work);
    const { steps } = run;
    for (let i = 0; i < WARM_UP * steps; i += 1) run.step();
    const times = [];
    for (let i = 0; i < steps; i += 1) {
      const start = performance.now();
      run.step();
      times.push(performance.now() - start);
    }
    times.sort((a, b) => a - b);
    report[work] = { ms_per_step: times[steps / 2], steps };
    run.free();
  }
  return report;
}
