//! The jobserver that make or another cargo has for this process: how many threads may run beside its own.
//!
//! A variable names it, as a FIFO or by the numbers of two descriptors that are inherited. Each byte that can be read
//! from it is a token. Descriptors are opened a second time, through `/proc`, which takes nothing away from anybody.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::{FileTypeExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::thread;

use pcg_interface::environment::Environment;
use rustix::fs::OFlags;

use super::Check;

const NAME: &str = "jobserver";

/// Where cargo and pcg-rustc look, in this order (the crate `jobserver`).
const VARIABLES: [&str; 3] = ["CARGO_MAKEFLAGS", "MAKEFLAGS", "MFLAGS"];

/// The option that names it, by today's name and by that of make before 4.2.
const OPTIONS: [&str; 2] = ["--jobserver-auth=", "--jobserver-fds="];

pub(super) fn check(environment: &Environment) -> Check {
    let flags = VARIABLES.into_iter().find_map(|name| Some((name, environment.get(name)?.to_str()?)));
    let Some((variable, auth)) = flags.and_then(|(name, flags)| Some((name, auth(flags)?))) else {
        let cores = thread::available_parallelism().map_or(1, usize::from);
        let found = format!("none is inherited: cargo makes one, without `-j` for as many jobs as cores ({cores})");
        return Check::ok(NAME, found);
    };
    match tokens(auth) {
        Ok(tokens) => Check::ok(NAME, format!("{auth} (from {variable}), free tokens: {tokens}")),
        Err(error) => Check::warning(
            NAME,
            format!("{auth} (from {variable}) cannot be used: {error}"),
            "put a `+` in front of the recipe's line in the makefile, so that make passes its jobserver on",
        ),
    }
}

/// What flags of make say of a jobserver. The last one counts.
fn auth(flags: &str) -> Option<&str> {
    let words = flags.split_whitespace().rev();
    OPTIONS.into_iter().find_map(|option| words.clone().find_map(|word| word.strip_prefix(option)))
}

/// How many tokens can be had at once.
fn tokens(auth: &str) -> io::Result<u64> {
    let descriptor = |number: &str| Some(PathBuf::from(format!("/proc/self/fd/{}", number.parse::<u32>().ok()?)));
    let (read, write) = match (auth.strip_prefix("fifo:"), auth.split_once(',')) {
        (Some(path), _) => (PathBuf::from(path), PathBuf::from(path)),
        (None, Some((read, write))) => descriptor(read).zip(descriptor(write)).ok_or_else(not_passed_on)?,
        (None, None) => return Err(not_passed_on()),
    };
    // Reading comes first: a FIFO that nobody reads cannot be opened for writing.
    let read = open(&read, File::options().read(true))?;
    open(&write, File::options().write(true))?;
    Ok(rustix::io::ioctl_fionread(&read)?)
}

fn open(path: &Path, options: &mut fs::OpenOptions) -> io::Result<File> {
    if !fs::metadata(path)?.file_type().is_fifo() {
        return Err(io::Error::other("it is not a pipe"));
    }
    options.custom_flags(OFlags::NONBLOCK.bits() as i32).open(path)
}

fn not_passed_on() -> io::Error {
    io::Error::other("its descriptors are not passed on")
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::os::fd::AsRawFd;

    use super::*;

    #[test]
    fn the_last_of_makes_flags_counts() {
        assert_eq!(auth("-j --jobserver-fds=8,9 --jobserver-auth=8,9"), Some("8,9"));
        assert_eq!(auth(" -j4 --jobserver-auth=3,4 --jobserver-auth=fifo:/tmp/x"), Some("fifo:/tmp/x"));
        assert_eq!(auth("--jobserver-fds=5,6"), Some("5,6"));
        assert_eq!(auth("k -j"), None);
    }

    #[test]
    fn free_tokens_are_counted_and_stay() {
        let (read, mut write) = io::pipe().unwrap();
        write.write_all(b"+++").unwrap();
        let auth = format!("{},{}", read.as_raw_fd(), write.as_raw_fd());
        assert_eq!(tokens(&auth).unwrap(), 3);
        assert_eq!(tokens(&auth).unwrap(), 3);
    }

    #[test]
    fn what_is_no_pipe_is_no_jobserver() {
        for auth in ["-2,-2", "987654,987655", "fifo:/dev/null", "fifo:/no/such/file", "something"] {
            assert!(tokens(auth).is_err(), "{auth}");
        }
    }
}
