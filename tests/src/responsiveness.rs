//! The page answers while it trains: the main thread is never busy for long.

use crate::harness::page::browse_alone;
use crate::harness::product::say;

/// Seconds before measuring (loading compiles and lays out once), and of measuring.
const SETTLE: f64 = 2.0;
const MEASURE: f64 = 8.0;

/// The goal is 50 ms, a long task as browsers define it; twice that is what a busy machine may
/// make of it.
const LONGEST: f64 = 100.0;

#[test]
fn no_long_task_holds_the_page_up_while_it_trains() {
    browse_alone(|page| {
        page.open("?epochs=9000");
        page.wait("state() === 'live'");
        page.js(
            "window.tasks = [];
            window.frames = 0;
            window.began = performance.now();
            const frame = () => { window.frames += 1; requestAnimationFrame(frame); };
            frame();
            new PerformanceObserver((list) => window.tasks.push(...list.getEntries().map(({ startTime, duration }) => [startTime, duration])))
              .observe({ type: 'longtask' });",
        );
        let end = (SETTLE + MEASURE) * 1000.0;
        page.wait(&format!("performance.now() - window.began > {end}"));
        assert_eq!(page.text("state()"), "live", "it trained all the time");
        let worst = page.number(&format!(
            "Math.max(0, ...window.tasks.filter(([start]) => start > window.began + {}).map(([, duration]) => duration))",
            SETTLE * 1000.0
        ));
        let frames = page.number("window.frames") / (SETTLE + MEASURE);
        say(&format!("longest task {worst} ms, {frames:.0} frames a second"));
        assert!(worst <= LONGEST, "{worst} ms");
    });
}

#[test]
fn scrubbing_while_training_shows_the_epoch_at_once() {
    browse_alone(|page| {
        page.open("?epochs=9000");
        page.wait("Number($('epoch-scrubber').max) >= 12");
        page.js("window.waits = [];
            const visit = (k) => {
              const start = performance.now();
              $('epoch-scrubber').value = k;
              $('epoch-scrubber').dispatchEvent(new Event('input', { bubbles: true }));
              const ask = () => {
                if (epoch() !== k) return setTimeout(ask, 1);
                window.waits.push(performance.now() - start);
                if (window.waits.length < 20) visit((k + 5) % 11);
              };
              ask();
            };
            visit(0);");
        page.wait("window.waits.length === 20");
        let median = page.number("window.waits.sort((a, b) => a - b)[10]");
        let worst = page.number("window.waits.at(-1)");
        say(&format!("scrubbing takes {median:.0} ms, at most {worst:.0} ms"));
        // The promise is 100 ms; the median holds it even beside other work.
        assert!(median <= 100.0, "{median} ms");
    });
}
