//! Which pcg this is.

/// What is known of a pcg when it is built. `pcg-rustc` and `cargo-pcg` of one build have the same.
#[derive(Clone, Copy, Debug)]
pub struct Identity {
    /// The version of both executables.
    pub version: &'static str,
    /// A hash of the sources that pcg-rustc is made of.
    pub build_hash: &'static str,
    /// The release of the rustc that pcg-rustc was built for, such as `1.95.0`.
    pub rustc_release: &'static str,
    /// The commit of that rustc.
    pub rustc_commit: &'static str,
}
