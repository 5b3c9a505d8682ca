//! Bitcode in an object, where rustc looks for it when a later link asks for LTO (`-Cembed-bitcode`).

use object::write::Object;
use object::{Architecture, BinaryFormat, Endianness, SectionFlags, SectionKind, elf};

use crate::error::Error;

/// An object with nothing but `.llvmbc` and `.llvmcmd`, which linkers leave out of programs
/// (`rustc_codegen_llvm::back::write::embed_bitcode`).
pub(super) fn object_with(bitcode: &[u8]) -> Result<Vec<u8>, Error> {
    let mut object = Object::new(BinaryFormat::Elf, Architecture::X86_64, Endianness::Little);
    for (name, contents) in [(".llvmbc", bitcode), (".llvmcmd", &[])] {
        let section = object.add_section(Vec::new(), name.into(), SectionKind::Other);
        object.section_mut(section).flags =
            SectionFlags::Elf { sh_type: elf::SHT_PROGBITS, sh_flags: elf::SHF_EXCLUDE };
        object.set_section_data(section, contents.to_vec(), 1);
    }
    object.write().map_err(|error| Error::Object { message: error.to_string() })
}
