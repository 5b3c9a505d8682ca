//! What tells one pcg from another: the line that `-vV` gets.
//!
//! cargo fingerprints a compiler by the text of `-vV`. With a hash of pcg's sources and one of the options that
//! affect output in it, everything is rebuilt when either changes, and nothing when neither does.

use pcg_interface::options::Options;

/// A hash of pcg's own sources, made by the build script.
const BUILD_HASH: &str = env!("PCG_BUILD_HASH");

/// How many digits of a hash are shown.
const HASH_DIGITS: usize = 16;

/// `pcg: <version> <build hash> <configuration hash>`, without a line end.
pub fn line(options: &Options) -> String {
    let configuration = blake3::hash(options.output_configuration().as_bytes()).to_hex();
    format!("pcg: {} {BUILD_HASH} {}", env!("CARGO_PKG_VERSION"), &configuration[..HASH_DIGITS])
}

/// The text of `--pcg-version`.
pub fn text() -> String {
    format!(
        "pcg-rustc {} ({BUILD_HASH})\nfor the rustc of commit {}\n",
        env!("CARGO_PKG_VERSION"),
        pcg_llvm_backend::COMMIT_HASH
    )
}

#[cfg(test)]
mod tests {
    use pcg_interface::rustc_options::RustcOptions;
    use pcg_partition::Strategy;

    use super::*;

    #[test]
    fn the_line_is_the_same_for_the_same_options() {
        assert_eq!(line(&Options::default()), line(&Options::default()));
    }

    #[test]
    fn the_line_changes_with_what_affects_output_only() {
        let default = line(&Options::default());
        assert_ne!(line(&Options { strategy: Strategy::Size, ..Options::default() }), default);
        assert_ne!(line(&Options { inline_truth: Some("t".into()), ..Options::default() }), default);
        let rustc = RustcOptions { all: vec!["target-cpu=native".to_owned()], ..RustcOptions::default() };
        assert_ne!(line(&Options { rustc, ..Options::default() }), default);
        assert_eq!(line(&Options { threads: "3".parse().ok(), strict: true, ..Options::default() }), default);
    }

    #[test]
    fn the_line_has_four_words() {
        let line = line(&Options::default());
        let words: Vec<_> = line.split(' ').collect();
        assert_eq!(words[..2], ["pcg:", env!("CARGO_PKG_VERSION")]);
        assert_eq!([words[2].len(), words[3].len()], [HASH_DIGITS; 2]);
    }
}
