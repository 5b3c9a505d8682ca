//! Where cargo looks for configuration: in `.cargo` of the current folder and of each one above it, then in its home.

use std::path::{Path, PathBuf};

use pcg_interface::environment::Environment;

/// Cargo's home.
pub(crate) fn home(environment: &Environment) -> Option<PathBuf> {
    match environment.get("CARGO_HOME") {
        Some(home) => Some(PathBuf::from(home)),
        None => environment.get("HOME").map(|home| Path::new(home).join(".cargo")),
    }
}

/// The folders, the nearest first and each one once. That of the home is the last one, wherever it is.
pub(crate) fn all(environment: &Environment) -> Vec<PathBuf> {
    above(&std::env::current_dir().unwrap_or_default(), environment)
}

fn above(current: &Path, environment: &Environment) -> Vec<PathBuf> {
    let home = home(environment);
    let above = current.ancestors().map(|folder| folder.join(".cargo"));
    above.filter(|folder| home.as_ref() != Some(folder)).chain(home.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn home_comes_last_and_once() {
        let folders = |home| above(Path::new("/home/me/p"), &Environment::from_iter([home]));
        let expected = ["/home/me/p/.cargo", "/home/.cargo", "/.cargo", "/home/me/.cargo"].map(PathBuf::from);
        assert_eq!(folders(("HOME", "/home/me")), expected);
        assert_eq!(folders(("CARGO_HOME", "/opt")).last(), Some(&PathBuf::from("/opt")));
        assert_eq!(folders(("CARGO_HOME", "/opt")).len(), 5);
    }
}
