//! Disassembly by LLVM's tools, for the one comparison that bytes are too strict for.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Result;

use crate::command::{command, run_ok};
use crate::toolchain;

/// Each function's instructions without their offsets from the stack and frame pointers, sorted: two functions that
/// differ in the order of their stack slots only are equal.
pub fn functions_without_stack_offsets(object: &[u8], scratch: &Path) -> Result<BTreeMap<String, Vec<String>>> {
    let file = tempfile::NamedTempFile::new_in(scratch)?;
    std::fs::write(file.path(), object)?;
    let mut objdump = command(toolchain::llvm_tool("llvm-objdump")?);
    objdump.args(["--disassemble", "--reloc", "--no-show-raw-insn", "--no-leading-addr"]).arg(file.path());
    let text = run_ok(&mut objdump)?.stdout_text();
    let mut functions = BTreeMap::new();
    let mut lines = &mut Vec::new();
    for line in text.lines() {
        if let Some(name) = line.strip_prefix('<').and_then(|line| line.strip_suffix(">:")) {
            lines = functions.entry(name.to_owned()).or_default();
        } else if !line.trim().is_empty() {
            lines.push(without_stack_offset(line));
        }
    }
    functions.values_mut().for_each(|lines: &mut Vec<String>| lines.sort());
    Ok(functions)
}

/// `movq 0x18(%rsp), %rax` and `movq 0x20(%rsp), %rax` become the same.
fn without_stack_offset(line: &str) -> String {
    let mut result = line.trim().to_owned();
    for register in ["(%rsp", "(%rbp"] {
        let Some(at) = result.find(register) else { continue };
        let offset = result[..at].rfind(|letter: char| !letter.is_ascii_hexdigit() && letter != 'x' && letter != '-');
        result.replace_range(offset.map_or(0, |before| before + 1)..at, "");
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_stack_offsets_are_dropped() {
        assert_eq!(without_stack_offset("\tmovq\t-0x18(%rsp), %rax"), "movq\t(%rsp), %rax");
        assert_eq!(without_stack_offset("\tmovq\t0x20(%rdi), %rax"), "movq\t0x20(%rdi), %rax");
    }
}
