//! One source, several instruction sets.

/// Compiles a function once for each x86 vector width and picks at run time; elsewhere it stays
/// as written. Every width gives the same bits: lanes never mix and nothing is fused.
#[macro_export]
macro_rules! simd {
    ($(#[$meta:meta])* $vis:vis fn $name:ident $($rest:tt)*) => {
        $(#[$meta])*
        #[cfg_attr(
            not(target_arch = "wasm32"),
            multiversion::multiversion(targets(
                "x86_64+avx+avx2+avx512f+avx512vl+avx512dq+avx512bw",
                "x86_64+avx+avx2"
            ))
        )]
        $vis fn $name $($rest)*
    };
}

pub use simd;
