//! The report of one compile (`--pcg-report=FILE`): JSON, written in one step when the compile ends.
//!
//! Schema version 1. Times are in seconds, sizes in bytes. A field is added without a new version; a version changes
//! when a field goes or changes its meaning.
//!
//! | field | type | meaning |
//! |---|---|---|
//! | `schema_version` | number | 1 |
//! | `pcg_version`, `rustc_commit` | string | who made the report, and the rustc that it was built for |
//! | `crate_name` | string or null | the crate, as far as the command line says |
//! | `package_name`, `package_version` | string or null | the package that cargo compiles it for |
//! | `crate_types` | array | what is made of it, if it is not passed through: `bin`, `rlib` and the like |
//! | `test` | boolean | whether it is compiled with its tests, if it is not passed through |
//! | `action` | string | `split`, `passthrough` (stock rustc alone) or `fallback` (stock rustc after pcg failed) |
//! | `reason` | object or null | why it is not `split`: `id`, a stable name, and `sentence`, for people |
//! | `exit_code` | number or null | of the compile; null if it is not known (`passthrough` of what has no code) or rustc died by a signal |
//! | `strategy` | string or null | the partitioning strategy |
//! | `requested_codegen_units` | number or null | `-Ccodegen-units`; null if the number follows from the crate |
//! | `codegen_units` | number | units of the crate's module |
//! | `items_replaced` | number | functions of the module that no unit has, because another one has the same body |
//! | `units` | array | one object per unit, in unit order; see below |
//! | `other_modules` | array | modules that are compiled whole (the allocator shim): `name`, and as in a unit the seconds, `instructions` and `text_bytes` |
//! | `phases` | array | in the order in which they ended: `name`, `wall_seconds`, `cpu_seconds` (pcg's processes and, in `stock` and `link`, their children; in `front_end` rustc alone) |
//! | `wall_seconds`, `cpu_seconds` | number | of the whole compile, rustc and the linker included |
//! | `threads` | number or null | the most threads that work at once, if the jobserver lets them |
//! | `peak_memory` | object | `own_bytes`, `children_bytes`: the largest resident size of pcg (of pcg-codegen, if it has compiled) and of the largest of the others (rustc, as a rule) |
//!
//! A unit: `items_defined`, `items_imported`, `items_copied`, `items_promoted` (defined here, promoted because another
//! unit refers to them), `instructions` (before optimisation, of all bodies in the unit), `instructions_imported` and
//! `instructions_copied` (those of them that other units have, too), `text_bytes`, and the CPU seconds of the thread that
//! compiled it: `load_seconds`, `optimise_seconds`, `emit_seconds`, in all `cpu_seconds`.
//!
//! Phases: `front_end` (rustc until it has written bitcode, and its archive or linker preparations), `read` (bitcode
//! into memory), `graph`, `partition`, `units` (load, optimise, emit), `join`, `archive`, `link` (the real linker),
//! `finish` (files to their places), `stock` (stock rustc, in a fallback or passed through).

use serde::{Deserialize, Serialize};

/// The version of the schema in this module's header.
pub const SCHEMA_VERSION: u32 = 1;

/// The whole report, in the order of the table. Of a report by another pcg, fields that it lacks have their defaults.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "the table in the module's header describes the fields")]
pub struct Report {
    pub schema_version: u32,
    pub pcg_version: String,
    pub rustc_commit: String,
    pub crate_name: Option<String>,
    pub package_name: Option<String>,
    pub package_version: Option<String>,
    pub crate_types: Vec<String>,
    pub test: bool,
    pub action: Action,
    pub reason: Option<Why>,
    pub exit_code: Option<i32>,
    pub strategy: Option<String>,
    pub requested_codegen_units: Option<usize>,
    pub codegen_units: usize,
    pub items_replaced: usize,
    pub units: Vec<Unit>,
    pub other_modules: Vec<Module>,
    pub phases: Vec<Phase>,
    pub wall_seconds: f64,
    pub cpu_seconds: f64,
    pub threads: Option<usize>,
    pub peak_memory: Memory,
}

/// What became of the compile.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// Compiled by pcg.
    #[default]
    Split,
    /// Given to stock rustc at once.
    Passthrough,
    /// Given to stock rustc after pcg had failed.
    Fallback,
}

/// Why stock rustc compiled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Why {
    /// A stable name.
    pub id: String,
    /// For people.
    pub sentence: String,
}

/// One unit.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "the module's header describes the fields")]
pub struct Unit {
    pub items_defined: usize,
    pub items_imported: usize,
    pub items_copied: usize,
    pub items_promoted: usize,
    pub instructions_imported: u64,
    pub instructions_copied: u64,
    #[serde(flatten)]
    pub work: Work,
}

/// A module that is compiled whole.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "the module's header describes the fields")]
pub struct Module {
    pub name: String,
    #[serde(flatten)]
    pub work: Work,
}

/// What the back end did for one unit or module.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "the module's header describes the fields")]
pub struct Work {
    pub instructions: u64,
    pub load_seconds: f64,
    pub optimise_seconds: f64,
    pub emit_seconds: f64,
    pub cpu_seconds: f64,
    pub text_bytes: u64,
}

/// One phase.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "the module's header describes the fields")]
pub struct Phase {
    pub name: String,
    pub wall_seconds: f64,
    pub cpu_seconds: f64,
}

/// The largest resident sizes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "the module's header describes the fields")]
pub struct Memory {
    pub own_bytes: u64,
    pub children_bytes: u64,
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn example() -> Report {
        Report {
            action: Action::Fallback,
            reason: Some(Why { id: "optimise".to_owned(), sentence: "a unit cannot be optimised".to_owned() }),
            units: vec![Unit { items_defined: 2, work: Work { text_bytes: 7, ..Work::default() }, ..Unit::default() }],
            other_modules: vec![Module { name: "allocator".to_owned(), ..Module::default() }],
            phases: vec![Phase { name: "units".to_owned(), wall_seconds: 0.5, cpu_seconds: 1.0 }],
            ..Report::default()
        }
    }

    #[test]
    fn every_field_is_in_the_header() {
        let header: String = include_str!("report.rs").lines().take_while(|line| line.starts_with("//!")).collect();
        let json = serde_json::to_value(example()).unwrap();
        for object in [
            &json,
            &json["reason"],
            &json["units"][0],
            &json["other_modules"][0],
            &json["phases"][0],
            &json["peak_memory"],
        ] {
            for field in object.as_object().unwrap().keys() {
                assert!(header.contains(&format!("`{field}`")), "{field} is not described");
            }
        }
    }

    #[test]
    fn a_report_is_read_as_it_was_written() {
        let text = serde_json::to_string(&example()).unwrap();
        assert_eq!(serde_json::from_str::<Report>(&text).unwrap(), example());
        let json: Value = serde_json::from_str(&text).unwrap();
        assert_eq!((&json["action"], &json["units"][0]["text_bytes"]), (&"fallback".into(), &7.into()));
    }

    #[test]
    fn fields_that_are_new_or_missing_are_no_error() {
        let report: Report = serde_json::from_str(r#"{"crate_name": "x", "invented_later": [1]}"#).unwrap();
        assert_eq!(report, Report { crate_name: Some("x".to_owned()), ..Report::default() });
    }
}
