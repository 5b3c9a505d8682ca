use std::io::{Read, Write};
use std::os::fd::AsRawFd;
use std::os::unix::ffi::OsStringExt;

use proptest::prelude::*;

use super::*;

fn words(text: &[&str]) -> Vec<OsString> {
    text.iter().map(OsString::from).collect()
}

/// What was read, as `flag value` or the free argument.
fn read(text: &[&str]) -> Result<Vec<String>, Cause> {
    let arguments = Arguments::parse(&words(text)).map_err(|reason| reason.cause())?;
    assert_eq!(arguments.to_words(), words(text), "nothing is lost");
    let spell = |argument: &Argument| match argument {
        Argument::Flag { flag, value } => format!("{} {}", flag.name(), value.as_deref().unwrap_or_default()),
        Argument::Free(text) => text.clone(),
        Argument::Separator => "--".to_owned(),
    };
    Ok(arguments.iter().map(spell).collect())
}

#[test]
fn all_forms_of_a_flag_are_the_same() {
    for form in [
        &["-Copt-level=3"][..],
        &["-C", "opt-level=3"],
        &["--codegen", "opt-level=3"],
        &["--codegen=opt-level=3"],
        &["--C=opt-level=3"],
        &["--C", "opt-level=3"],
    ] {
        assert_eq!(read(form), Ok(vec!["-C opt-level=3".to_owned()]), "{form:?}");
    }
}

#[test]
fn short_flags_share_a_dash_and_the_last_may_have_a_value() {
    assert_eq!(read(&["-gO"]).expect("two flags"), ["-g ", "-O "]);
    assert_eq!(read(&["-gOCopt-level=1"]).expect("three flags"), ["-g ", "-O ", "-C opt-level=1"]);
    assert_eq!(read(&["-gOC", "opt-level=1"]).expect("three flags"), ["-g ", "-O ", "-C opt-level=1"]);
    assert_eq!(read(&["-vV"]).expect("two flags"), ["-v ", "-V "]);
}

#[test]
fn an_equals_sign_behind_a_letter_is_part_of_the_value() {
    assert_eq!(read(&["-C=x"]).expect("a value"), ["-C =x"]);
}

#[test]
fn a_required_value_is_taken_whatever_it_looks_like() {
    assert_eq!(read(&["-o", "-O"]).expect("a value"), ["-o -O"]);
    assert_eq!(read(&["--out-dir", "--", "x"]).expect("a value"), ["--out-dir --", "x"]);
}

#[test]
fn free_arguments_are_kept_apart() {
    assert_eq!(read(&["a.rs", "-O", "-", "--", "-O"]).expect("free"), ["a.rs", "-O ", "-", "--", "-O"]);
    assert_eq!(read(&[""]).expect("free"), [""]);
}

#[test]
fn what_rustc_refuses_is_left_to_it() {
    for (line, cause) in [
        (&["--nonsense"][..], Cause::UnknownFlag),
        (&["--crate-nam=x"], Cause::UnknownFlag),
        (&["-x"], Cause::UnknownFlag),
        (&["-O=3"], Cause::UnknownFlag),
        (&["--test=yes"], Cause::InvalidArgument),
        (&["-C"], Cause::InvalidArgument),
        (&["--out-dir"], Cause::InvalidArgument),
        (&["-o", "a", "-ob"], Cause::InvalidArgument),
        (&["--test", "--test"], Cause::InvalidArgument),
        (&["-v", "--verbose"], Cause::InvalidArgument),
    ] {
        assert_eq!(read(line), Err(cause), "{line:?}");
    }
}

#[test]
fn what_is_not_utf_8_is_left_to_rustc() {
    let odd = OsString::from_vec(b"l\xff.rs".to_vec());
    for line in [vec![odd.clone()], vec!["-o".into(), odd]] {
        assert_eq!(Arguments::parse(&line).map_err(|reason| reason.cause()).err(), Some(Cause::NotUnicode));
    }
}

#[test]
fn dropping_a_flag_leaves_the_others_as_they_are() {
    let line = words(&["-gOCcodegen-units=4", "--codegen", "codegen_units=8", "-C", "opt-level=3", "x.rs"]);
    let arguments = Arguments::parse(&line).expect("a good line");
    let rest =
        arguments.without(|flag, value| flag.is_short('C') && value.is_some_and(|value| value.contains("units")));
    assert_eq!(rest.to_words(), words(&["-g", "-O", "-C", "opt-level=3", "x.rs"]));
}

#[test]
fn options_are_added_in_front_of_a_separator() {
    let arguments = Arguments::parse(&words(&["-O", "--", "-x.rs"])).expect("a good line");
    let more = arguments.with(["-Cpanic=abort"]).expect("a good option");
    assert_eq!(more.to_words(), words(&["-O", "-Cpanic=abort", "--", "-x.rs"]));
    let arguments = Arguments::parse(&words(&["x.rs"])).expect("a good line");
    assert_eq!(arguments.with(["-O"]).expect("a good option").to_words(), words(&["x.rs", "-O"]));
}

fn file(content: &[u8]) -> (tempfile::TempDir, OsString) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("args");
    std::fs::write(&path, content).expect("a file");
    let mut word = OsString::from("@");
    word.push(path);
    (folder, word)
}

#[test]
fn an_argument_file_has_one_argument_a_line() {
    let (_folder, word) = file(b"--cfg\r\nfeature=\"a b\"\n\n-O");
    let line = [OsString::from("x.rs"), word];
    let expanded = expand(&line).expect("a good file");
    assert_eq!(expanded[..], words(&["x.rs", "--cfg", "feature=\"a b\"", "", "-O"])[..]);
}

#[test]
fn without_argument_files_nothing_is_copied() {
    assert!(matches!(expand(&words(&["x.rs", "-C@x"])), Ok(Cow::Borrowed(_))));
}

#[test]
fn argument_files_that_cannot_be_expanded_are_left_to_rustc() {
    let (_folder, not_text) = file(b"\xff");
    let (_folder, nested) = file(b"@other");
    for word in [not_text, nested, "@/nonexistent/file".into(), "@shell:file".into()] {
        let result = expand(std::slice::from_ref(&word)).map_err(|reason| reason.cause());
        assert_eq!(result.err(), Some(Cause::ArgumentFile), "{word:?}");
    }
}

#[test]
fn an_argument_file_that_may_be_read_once_only_is_left_to_rustc() {
    let (mut reader, mut writer) = std::io::pipe().expect("a pipe");
    writer.write_all(b"x.rs\n").expect("it has room");
    drop(writer);
    let word = OsString::from(format!("@/dev/fd/{}", reader.as_raw_fd()));
    let result = expand(std::slice::from_ref(&word)).map_err(|reason| reason.cause());
    assert_eq!(result.err(), Some(Cause::ArgumentFile));
    let mut left = String::new();
    reader.read_to_string(&mut left).expect("it is open");
    assert_eq!(left, "x.rs\n", "rustc is to read it");
}

#[test]
fn an_argument_file_that_other_processes_may_not_have_open_is_left_to_rustc() {
    let mut open = tempfile::tempfile().expect("a file");
    open.write_all(b"x.rs\n").expect("it has room");
    for place in ["/dev/fd", "/proc/self/fd"] {
        let word = OsString::from(format!("@{place}/{}", open.as_raw_fd()));
        let result = expand(std::slice::from_ref(&word)).map_err(|reason| reason.cause());
        assert_eq!(result.err(), Some(Cause::ArgumentFile), "{word:?}");
    }
}

#[test]
fn an_argument_file_cannot_hold_line_ends() {
    for word in ["a\nb", "a\r"] {
        assert!(argument_file(&words(&[word])).is_err(), "{word:?}");
    }
}

proptest! {
    #[test]
    fn parsing_loses_nothing_and_never_panics(line in proptest::collection::vec("[-=@a-zA-Z\u{e9} ]{0,8}", 0..6)) {
        let line: Vec<OsString> = line.into_iter().map(OsString::from).collect();
        if let Ok(arguments) = Arguments::parse(&line) {
            prop_assert_eq!(arguments.to_words(), line);
        }
    }

    #[test]
    fn an_argument_file_is_read_as_it_was_written(line in proptest::collection::vec("[^\n\r@]{0,8}", 0..6)) {
        let line: Vec<OsString> = line.into_iter().map(OsString::from).collect();
        let (_folder, word) = file(argument_file(&line).expect("no line ends").as_bytes());
        let expanded = expand(std::slice::from_ref(&word)).expect("a good file").into_owned();
        prop_assert_eq!(expanded, line);
    }
}
