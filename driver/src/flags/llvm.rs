//! The `-Cllvm-args` that are not for pcg's own pipeline.
//!
//! LLVM has some thousand options. Those that steer a pass do the same in stock's pipeline and in pcg's. Those that
//! print, measure, stop or load something would do so once per unit and in the front end as well.

/// Beginnings of the names of such options.
pub static REFUSED: &[&str] = &[
    // Print.
    "help",
    "print-",
    "version",
    "view-",
    "dot-",
    "dump-",
    "filter-print-funcs",
    "pass-remarks",
    "lto-pass-remarks",
    "debug",
    "verify-region-info",
    // Measure.
    "stats",
    "time-",
    "time-passes",
    "track-memory",
    "info-output-file",
    "rng-seed",
    "profile-",
    "timer-",
    // Stop, bisect or change the pipeline.
    "opt-bisect",
    "start-after",
    "start-before",
    "stop-after",
    "stop-before",
    "run-pass",
    "abort-on",
    "passes",
    "disable-output",
    // Load.
    "load",
    "fpass-plugin",
    // Profiles and instrumentation.
    "pgo-",
    "cs-profile",
    "sample-profile",
    "memprof-",
    "instrprof-",
    "sanitizer-",
    "asan-",
    "msan-",
    "tsan-",
    "hwasan-",
];

/// Whether stock rustc has to handle this word of `-Cllvm-args`: an option of the table, or one that is not
/// recognisable as an option.
pub fn is_refused(word: &str) -> bool {
    let name = word.trim_start_matches('-');
    name.len() == word.len() || REFUSED.iter().any(|beginning| name.starts_with(beginning))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_that_steer_a_pass_are_fine() {
        for word in
            ["-inline-threshold=300", "--unroll-threshold=10", "-x86-asm-syntax=intel", "-enable-merge-functions"]
        {
            assert!(!is_refused(word), "{word}");
        }
    }

    #[test]
    fn every_beginning_of_the_table_is_refused_behind_one_and_two_dashes() {
        for beginning in REFUSED {
            assert!(is_refused(&format!("-{beginning}")), "{beginning}");
            assert!(is_refused(&format!("--{beginning}=x")), "{beginning}");
        }
    }

    #[test]
    fn a_word_that_is_no_option_is_refused() {
        assert!(is_refused("inline-threshold=300"));
    }
}
