//! Joins object files: `cargo run --release -p pcg-join --example join -- OUT [--promoted=SYMBOL]... OBJECT...`

use std::error::Error;
use std::fs;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (out, arguments) = arguments.split_first().ok_or("which file is to be written?")?;
    let promoted = arguments.iter().filter_map(|argument| argument.strip_prefix("--promoted="));
    let objects = arguments.iter().filter(|argument| !argument.starts_with("--promoted="));
    let objects: Vec<Vec<u8>> = objects.map(fs::read).collect::<Result<_, _>>()?;
    let objects: Vec<&[u8]> = objects.iter().map(Vec::as_slice).collect();
    fs::write(out, pcg_join::join(&objects, promoted)?)?;
    Ok(())
}
