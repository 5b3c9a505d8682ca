//! Signals while rustc runs, and while the linker runs: nothing is left, and the caller sees the signal.

mod common;

use std::io::{PipeReader, Read, Write, pipe};
use std::os::fd::AsRawFd;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use common::{World, wait_for};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// A front end that has written half of its output when it says so and then takes its time.
const SLOW: &str = "while [ $# -gt 0 ]; do [ \"$1\" = --out-dir ] && out=$2; shift; done
echo half >$out/libx.rlib; echo half >$out/x.x.0-cgu.0.rcgu.o; touch started; exec sleep 20";

fn start(world: &World, command: &mut Command) -> Child {
    world.write("x.rs", "");
    let options = ["-O", "-Ccodegen-units=2", "--crate-type=rlib", "--out-dir", "out", "x.rs"];
    command.args(options).stderr(Stdio::null()).spawn().unwrap()
}

fn send(child: &Child, signal: Signal) {
    kill(Pid::from_raw(child.id().try_into().unwrap()), signal).unwrap();
}

#[test]
fn a_signal_ends_everything() {
    for signal in [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP] {
        let world = World::new();
        let mut child = start(&world, &mut world.pcg_around(SLOW));
        wait_for("the front end", || world.path("started").exists());
        send(&child, signal);
        assert_eq!(child.wait().unwrap().signal(), Some(signal as i32));
        assert!(world.names("out").is_empty() && world.names("tmp").is_empty());
    }
}

#[test]
fn an_ignored_signal_stays_ignored() {
    let world = World::new();
    let mut command = world.pcg_around("touch started; while [ ! -e go ]; do sleep 0.01; done; exit 1");
    let mut around = Command::new("nohup");
    around.arg(command.get_program()).args(command.get_args()).stdout(Stdio::null());
    around.current_dir(world.path("")).env("TMPDIR", world.path("tmp"));
    command.env_clear();
    let mut child = start(&world, &mut around);
    wait_for("the front end", || world.path("started").exists());
    send(&child, Signal::SIGHUP);
    world.write("go", "");
    assert_eq!(child.wait().unwrap().code(), Some(1));
}

#[test]
fn a_kill_leaves_nothing_behind() {
    let world = World::new();
    let mut child = start(&world, &mut world.pcg_around(SLOW));
    wait_for("the front end", || world.path("started").exists());
    send(&child, Signal::SIGKILL);
    child.wait().unwrap();
    assert!(world.names("out").is_empty());
    wait_for("the end of the scratch folder", || world.names("tmp").is_empty());
}

#[test]
fn a_kill_ends_the_linker_too() {
    let world = World::new();
    world.write("hello.rs", "fn main() {}");
    let linker = world.script("cc", "echo $$ >linker; exec sleep 20");
    let mut command = world.pcg();
    command.args(["hello.rs", "-O", "-Ccodegen-units=2", "-o", "out/hello"]);
    let mut child = command.arg(format!("-Clinker={}", linker.display())).stderr(Stdio::null()).spawn().unwrap();
    let pid = || std::fs::read_to_string(world.path("linker")).ok().and_then(|text| text.trim().parse::<i32>().ok());
    wait_for("the linker", || pid().is_some());
    send(&child, Signal::SIGKILL);
    child.wait().unwrap();
    wait_for("the linker's end", || kill(Pid::from_raw(pid().unwrap()), None).is_err());
    assert!(world.names("out").is_empty());
}

/// The jobserver's pipe with its tokens, inherited by pcg-rustc under the numbers that the variable names.
#[test]
fn tokens_come_back_after_a_signal() {
    for signal in [Signal::SIGTERM, Signal::SIGKILL] {
        let world = World::new();
        world.write("big.rs", &big_crate());
        let (reader, mut writer) = pipe().unwrap();
        writer.write_all(b"+++").unwrap();
        let auth = format!("--jobserver-auth={},{}", reader.as_raw_fd(), writer.as_raw_fd());
        for delay in [300, 450, 600, 800] {
            let mut child = inheriting(&reader, &writer, &world, &auth).spawn().unwrap();
            std::thread::sleep(Duration::from_millis(delay));
            send(&child, signal);
            child.wait().unwrap();
            take_tokens(reader.try_clone().unwrap());
            writer.write_all(b"+++").unwrap();
            wait_for("the end of the scratch folder", || world.names("tmp").is_empty());
        }
    }
}

/// Takes all three tokens, which may be on their way back for a moment.
fn take_tokens(mut reader: PipeReader) {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || sender.send(reader.read_exact(&mut [0; 3]).is_ok()));
    assert_eq!(receiver.recv_timeout(Duration::from_secs(20)), Ok(true), "a token was lost");
}

/// A shell passes descriptors on that Rust would close.
fn inheriting(reader: &impl AsRawFd, writer: &impl AsRawFd, world: &World, auth: &str) -> Command {
    let descriptors = format!("/proc/{}/fd", std::process::id());
    let (reader, writer) = (reader.as_raw_fd(), writer.as_raw_fd());
    let script = format!(
        "exec {reader}<{descriptors}/{reader} {writer}>{descriptors}/{writer}; \
         exec '{}' big.rs -Copt-level=3 -Ccodegen-units=4 --crate-type=rlib --out-dir out",
        env!("CARGO_BIN_EXE_pcg-rustc")
    );
    let mut command = Command::new("bash");
    command.args(["-c", &script]).env("CARGO_MAKEFLAGS", auth).env("TMPDIR", world.path("tmp"));
    command.current_dir(world.path("")).stderr(Stdio::null());
    command
}

/// Enough work for LLVM to be at it for a while.
fn big_crate() -> String {
    let function = |n: usize| {
        format!(
            "pub fn f{n}(v: &mut Vec<String>) {{ v.sort(); v.dedup(); v.retain(|s| s.len() > {n}); \
             v.push(format!(\"{n} {{v:?}}\")); }}\n"
        )
    };
    (0..60).map(function).collect()
}
