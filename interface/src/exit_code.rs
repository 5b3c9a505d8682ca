//! Exit codes of `pcg-rustc` and `cargo pcg` that are not stock rustc's own.
//!
//! Whatever stock rustc exits with (0, 1 for errors, 101 for a crash) is passed on. The codes here are for expected
//! errors of pcg itself and never mean a bug.

/// pcg's own options were used wrongly: an unknown `--pcg-…` option or a bad value.
pub const USAGE: u8 = 2;

/// `--pcg-strict` was given and the crate would not have been split.
pub const STRICT: u8 = 3;

/// The program that was to be run (rustc, or the program behind the wrapper) could not be started.
pub const CANNOT_RUN: u8 = 4;

/// `cargo pcg explain` has no report of what it is to explain.
pub const NO_REPORT: u8 = 5;

/// `cargo pcg doctor` found something without which pcg cannot work.
pub const UNFIT: u8 = 6;

/// Every code and what it means.
const MEANINGS: [(u8, &str); 5] = [
    (USAGE, "a PCG option is wrong"),
    (STRICT, "--pcg-strict and the crate was not split"),
    (CANNOT_RUN, "the program to run could not be started"),
    (NO_REPORT, "`cargo pcg explain` has no report of the crate"),
    (UNFIT, "`cargo pcg doctor` found something without which pcg cannot work"),
];

/// One line for each code, for the help text.
pub fn summary() -> String {
    lines(&[USAGE, STRICT, CANNOT_RUN])
}

/// The same for `cargo pcg`, which has cargo's own code where a crate was not split.
pub fn summary_of_cargo_pcg() -> String {
    lines(&[USAGE, CANNOT_RUN, NO_REPORT, UNFIT])
}

fn lines(codes: &[u8]) -> String {
    let chosen = MEANINGS.iter().filter(|(code, _)| codes.contains(code));
    chosen.map(|(code, meaning)| format!("  {code}  {meaning}\n")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_do_not_clash_with_those_of_rustc() {
        for (code, _) in MEANINGS {
            assert!(![0, 1, 101].contains(&code));
        }
    }

    #[test]
    fn each_code_has_one_meaning() {
        let mut codes = MEANINGS.map(|(code, _)| code);
        codes.sort_unstable();
        assert_eq!(codes, [USAGE, STRICT, CANNOT_RUN, NO_REPORT, UNFIT]);
    }
}
