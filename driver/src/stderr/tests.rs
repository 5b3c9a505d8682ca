use std::fs;

use super::*;
use crate::outputs;
use crate::scratch::Scratch;

/// What is shown of `lines`, with `SCRATCH` standing for the scratch folder, and what stays held back.
fn forwarded(scratch: &Scratch, user: &Path, lines: &str) -> (Result<(), Failure>, Vec<String>, Vec<String>, bool) {
    let outputs = outputs::for_tests(user, &scratch.out());
    let mut transcript = Transcript::default();
    let mut forwarder = Forwarder::new(Speaker::FrontEnd, &outputs, scratch.path(), &mut transcript);
    let lines = lines.replace("SCRATCH", scratch.path().to_str().unwrap());
    let result = forwarder.forward(lines.as_bytes(), || false);
    let text = |line: &Vec<u8>| String::from_utf8(line.clone()).unwrap();
    let held = forwarder.held.iter().map(text).collect();
    (result, transcript.shown.iter().map(text).collect(), held, transcript.metadata)
}

#[test]
fn a_notice_goes_out_when_the_file_is_in_its_place() {
    let (scratch, user) = (Scratch::new().unwrap(), tempfile::tempdir().unwrap());
    fs::write(scratch.out().join("libx.rmeta"), "meta").unwrap();
    let line = "{\"$message_type\":\"artifact\",\"artifact\":\"SCRATCH/out/libx.rmeta\",\"emit\":\"metadata\"}\n";
    let (result, shown, held, metadata) = forwarded(&scratch, user.path(), line);
    result.unwrap();
    let path = user.path().join("libx.rmeta");
    assert_eq!(shown, [line.replace("SCRATCH/out/libx.rmeta", path.to_str().unwrap())]);
    assert!(path.exists() && held.is_empty() && metadata);
}

#[test]
fn lines_behind_a_linked_output_are_held_back() {
    let (scratch, user) = (Scratch::new().unwrap(), tempfile::tempdir().unwrap());
    let lines = "warning: w\n\
                 {\"$message_type\":\"artifact\",\"artifact\":\"SCRATCH/out/libx.rlib\",\"emit\":\"link\"}\n\
                 warning: 1 warning emitted\n";
    let (result, shown, held, metadata) = forwarded(&scratch, user.path(), lines);
    result.unwrap();
    assert_eq!(shown, ["warning: w\n"]);
    assert_eq!(held.len(), 2);
    assert!(!metadata);
}

#[test]
fn a_message_about_the_scratch_folder_is_held_back() {
    let (scratch, user) = (Scratch::new().unwrap(), tempfile::tempdir().unwrap());
    let lines = "warning: w\nerror: cannot write SCRATCH/out/x\nerror: aborting";
    let (_, shown, held, _) = forwarded(&scratch, user.path(), lines);
    assert_eq!(shown, ["warning: w\n"]);
    assert_eq!(held.len(), 2);
}

#[test]
fn an_output_that_cannot_be_placed_is_a_failure() {
    let scratch = Scratch::new().unwrap();
    fs::write(scratch.out().join("x"), "dep-info").unwrap();
    let line = "{\"$message_type\":\"artifact\",\"artifact\":\"SCRATCH/out/x\",\"emit\":\"dep-info\"}\n";
    let (result, shown, ..) = forwarded(&scratch, Path::new("/no/such/folder"), line);
    assert_eq!(result.unwrap_err().id(), "file");
    assert!(shown.is_empty());
}

#[test]
fn stock_rustcs_lines_are_skipped_if_they_were_shown() {
    let mut transcript = Transcript { shown: VecDeque::from([b"a\n".to_vec(), b"b\n".to_vec()]), metadata: false };
    transcript.show_again(b"a\n");
    transcript.show_again(b"b\n");
    assert!(transcript.shown.is_empty());
}
