//! Blocks of columns: as many sums as stay in registers while a product runs over its entries.
//!
//! A block's width never changes the order of a sum.

/// Widths of a block, the widest first.
#[derive(Clone, Copy)]
pub(super) struct Widths(pub usize, pub usize);

/// For one sum a column: in wasm as many as sixteen 128-bit registers hold, elsewhere enough to
/// hide the latency of wider ones; and a narrower block for what is left over.
pub(super) const SUMS: Widths =
    if cfg!(target_arch = "wasm32") { Widths(48, 24) } else { Widths(64, 32) };

/// For two sums a column.
pub(super) const PAIRS: Widths =
    if cfg!(target_arch = "wasm32") { Widths(24, 20) } else { Widths(32, 16) };

/// How far the last block may reach past the end, at most.
pub(super) const PAST_THE_END: usize = SUMS.0;

/// Runs `$block::<W>(at, …)` over `0 .. n` in as few blocks as the `$widths` allow, each as
/// narrow as that leaves it; the last may reach past the end.
macro_rules! in_blocks {
    ($widths:expr, $n:expr, $block:ident($($argument:expr),* $(,)?)) => {
        let mut at = 0;
        while at < $n {
            let rest: usize = $n - at;
            let needed = rest.div_ceil(rest.div_ceil($widths.0));
            if needed > $widths.1 {
                $block::<{ $widths.0 }>(at, $($argument),*);
                at += $widths.0;
            } else if needed > 16 {
                $block::<{ $widths.1 }>(at, $($argument),*);
                at += $widths.1;
            } else if needed > 8 {
                $block::<16>(at, $($argument),*);
                at += 16;
            } else {
                $block::<8>(at, $($argument),*);
                at += 8;
            }
        }
    };
}
pub(super) use in_blocks;
