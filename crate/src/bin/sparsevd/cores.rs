//! Work on all cores.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use sparsevd::error::Result;

/// Does `work` for every item on all cores, and `tell`s of each as it is done; the first error ends
/// it.
pub fn over<I: Sync, T: Send>(
    items: &[I],
    work: impl Fn(&I) -> Result<T> + Sync,
    tell: impl FnMut(T) -> Result<()> + Send,
) -> Result<()> {
    let cores = std::thread::available_parallelism().map_or(1, |cores| cores.get());
    let (next, tell) = (AtomicUsize::new(0), Mutex::new(tell));
    let worker = || -> Result<()> {
        while let Some(item) = items.get(next.fetch_add(1, Ordering::Relaxed)) {
            let done = work(item);
            let told = done.and_then(|done| {
                let mut tell = tell.lock().unwrap_or_else(PoisonError::into_inner);
                tell(done)
            });
            if told.is_err() {
                // Nobody begins another.
                next.store(items.len(), Ordering::Relaxed);
                return told;
            }
        }
        Ok(())
    };
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..cores.min(items.len())).map(|_| scope.spawn(worker)).collect();
        let results =
            workers.into_iter().map(|worker| worker.join().expect("no panic in a worker"));
        results.collect::<Vec<_>>().into_iter().collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use sparsevd::error::Error;

    #[test]
    fn the_first_error_ends_the_work() {
        let items: Vec<u64> = (0..1000).collect();
        let told = Mutex::new(0);
        let error = |&item: &u64| if item == 5 { Err(Error::new("five")) } else { Ok(item) };
        let result = over(&items, error, |_| {
            *told.lock().unwrap() += 1;
            Ok(())
        });
        assert_eq!(result, Err(Error::new("five")));
        assert!(*told.lock().unwrap() < 1000);
    }
}
