//! A small process that cleans up if pcg-rustc is killed by a signal that it cannot catch.
//!
//! Jobserver tokens that a process holds when it gets SIGKILL (from the kernel, when memory runs out) are lost to the
//! whole build, the front end goes on working for nobody, and the scratch folder stays. So each compile has a keeper:
//! a shell that reads the state of the compile line by line, `TOKENS PID`, and does nothing else. When its input ends,
//! by whatever way, it acts on the last state: ends the process PID (`-` for none), writes so many tokens back and
//! removes the scratch folders. After an orderly end there is nothing left to do, but for the tokens of a pcg-codegen
//! that was killed. It is in a process group of its own, as signals often go to a whole group.

use std::ffi::OsString;
use std::io::{self, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// `$1` is where tokens go, the others are folders. A process that is being ended may write on for a moment.
const SCRIPT: &str = r#"
jobserver=$1; shift
tokens=0 pid=-
while read -r a b; do tokens=$a pid=$b; done
[ "$pid" = - ] || kill -9 "$pid"
while [ "$tokens" -gt 0 ]; do printf + >"$jobserver"; tokens=$((tokens - 1)); done
for folder; do
    tries=0
    while [ -e "$folder" ] && [ $tries -lt 50 ]; do
        rm -rf -- "$folder" || sleep 0.02
        tries=$((tries + 1))
    done
done
"#;

/// The keeper of this process; clones share it.
#[derive(Clone, Debug, Default)]
pub struct Keeper {
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    shell: Option<(Child, ChildStdin)>,
    tokens: usize,
    child: Option<u32>,
}

impl Keeper {
    /// Starts a keeper of these folders.
    ///
    /// # Errors
    ///
    /// Fails if no shell can be started. Compiling works without a keeper ([`Keeper::default`]).
    pub fn start(folders: &[PathBuf]) -> io::Result<Self> {
        let jobserver = jobserver(|name| std::env::var(name).ok()).unwrap_or_else(|| "/dev/null".into());
        let mut shell = Command::new("/bin/sh")
            .args(["-c", SCRIPT, "pcg-keeper"])
            .arg(jobserver)
            .args(folders)
            .process_group(0)
            .stdin(Stdio::piped())
            // Whoever waits for the end of our output does not wait for the keeper.
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let input = shell.stdin.take();
        let state = State { shell: input.map(|input| (shell, input)), ..State::default() };
        Ok(Self { state: Arc::new(Mutex::new(state)) })
    }

    /// So many tokens are held now.
    pub fn tokens(&self, tokens: usize) {
        let mut state = self.lock();
        state.tokens = tokens;
        state.tell();
    }

    /// This process works for us now, or none.
    pub fn child(&self, child: Option<u32>) {
        let mut state = self.lock();
        state.child = child;
        state.tell();
    }

    /// Ends the keeper: there is nothing left to clean up but the tokens of a pcg-codegen that was killed.
    pub fn end(&self) {
        if let Some((mut shell, input)) = self.lock().shell.take() {
            drop(input);
            // The shell cannot fail in a way that matters any more.
            drop(shell.wait());
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn tell(&mut self) {
        let child = self.child.map_or_else(|| "-".to_owned(), |child| child.to_string());
        let line = format!("{} {child}\n", self.tokens);
        if let Some((_, input)) = &mut self.shell {
            // Without its keeper a compile goes on.
            drop(input.write_all(line.as_bytes()));
        }
    }
}

/// Where tokens of the jobserver that the environment names are written to: a named pipe, or an inherited descriptor.
/// The variables are those of the jobserver crate, in its order.
fn jobserver(variable: impl Fn(&str) -> Option<String>) -> Option<OsString> {
    let flags = ["CARGO_MAKEFLAGS", "MAKEFLAGS", "MFLAGS"].into_iter().find_map(variable)?;
    let value = |name: &str| flags.rsplit(' ').find_map(|flag| flag.strip_prefix(name).map(str::to_owned));
    let auth = value("--jobserver-auth=").or_else(|| value("--jobserver-fds="))?;
    match auth.strip_prefix("fifo:") {
        Some(path) => Some(path.into()),
        None => {
            let (_, writer) = auth.split_once(',')?;
            let writer: u32 = writer.parse().ok()?;
            Some(Path::new("/proc/self/fd").join(writer.to_string()).into())
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn jobservers_are_found_as_make_and_cargo_name_them() {
        let find = |text: &str| jobserver(|name| (name == "MAKEFLAGS").then(|| text.to_owned()));
        assert_eq!(find("-j --jobserver-auth=3,4"), Some("/proc/self/fd/4".into()));
        assert_eq!(find(" -j --jobserver-fds=3,14 --jobserver-auth=3,14"), Some("/proc/self/fd/14".into()));
        assert_eq!(find("-j4 --jobserver-auth=fifo:/tmp/x"), Some("/tmp/x".into()));
        assert_eq!(find("-j4"), None);
        assert_eq!(jobserver(|_| None), None);
    }

    #[test]
    fn an_orderly_end_changes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let keeper = Keeper::start(&[folder.path().join("none")]).unwrap();
        keeper.tokens(2);
        keeper.tokens(0);
        keeper.end();
        keeper.end();
        assert!(folder.path().exists());
    }

    #[test]
    fn what_is_left_is_cleaned_up() {
        let folder = tempfile::tempdir().unwrap();
        let (scratch, tokens) = (folder.path().join("scratch"), folder.path().join("tokens"));
        fs::create_dir(&scratch).unwrap();
        let mut child = Command::new("sleep").arg("60").spawn().unwrap();
        let mut shell = Command::new("/bin/sh")
            .args(["-c", SCRIPT, "pcg-keeper"])
            .args([&tokens, &scratch])
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = format!("1 -\n3 {}\n", child.id());
        shell.stdin.take().unwrap().write_all(lines.as_bytes()).unwrap();
        assert!(shell.wait().unwrap().success());
        assert!(!child.wait().unwrap().success());
        // A file instead of a pipe: each token replaces the one before.
        assert_eq!(fs::read_to_string(tokens).unwrap(), "+");
        assert!(!scratch.exists());
    }
}
