//! A compiler with a number of codegen units: what is compared with what.

use crate::rustc::Compiler;

/// A compiler with a number of codegen units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Variant {
    /// The compiler.
    pub compiler: Compiler,
    /// `-Ccodegen-units`; `None` leaves it to the compiler.
    pub units: Option<usize>,
}

impl Variant {
    /// Stock rustc with so many units.
    pub const fn stock(units: usize) -> Self {
        Self { compiler: Compiler::Stock, units: Some(units) }
    }

    /// pcg with so many units.
    pub const fn pcg(units: Option<usize>) -> Self {
        Self { compiler: Compiler::Pcg, units }
    }

    /// A heading.
    pub fn name(self) -> String {
        let units = self.units.map_or("default".to_owned(), |units| units.to_string());
        format!("{} {units}", if self.compiler == Compiler::Stock { "stock" } else { "pcg" })
    }

    /// The heading as the name of a folder.
    pub fn folder(self) -> String {
        self.name().replace(' ', "-")
    }
}
