//! The workloads of `tests/fixtures/workloads`: what its program says about them.

use anyhow::{Context, Result, ensure};

use crate::crate_set::CrateSet;

/// One piece of work that the program does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Workload {
    /// Its name, the program's only argument.
    pub name: String,
    /// Whether its crates are those that pcg is developed on.
    pub set: CrateSet,
    /// The crates, as rustc calls them, that do most of the work.
    pub crates: Vec<String>,
}

impl Workload {
    /// Reads the output of `workloads --list`: a line `NAME SET CRATE,CRATE` for each.
    pub fn read_list(text: &str) -> Result<Vec<Self>> {
        let workloads: Result<Vec<_>> = text.lines().map(Self::read).collect();
        let workloads = workloads?;
        ensure!(!workloads.is_empty(), "the program has no workloads");
        Ok(workloads)
    }

    fn read(line: &str) -> Result<Self> {
        let fields: Vec<&str> = line.split(' ').collect();
        let [name, set, crates] = *fields else { anyhow::bail!("`{line}` is not a workload") };
        let set = set.parse().with_context(|| format!("the workload {name}"))?;
        Ok(Self { name: name.to_owned(), set, crates: crates.split(',').map(str::to_owned).collect() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_read() -> Result<()> {
        let list = Workload::read_list("png dev image,png\ncsv check csv\n")?;
        assert_eq!(list[0].crates, ["image", "png"]);
        assert_eq!((list[1].name.as_str(), list[1].set), ("csv", CrateSet::Check));
        Ok(())
    }

    #[test]
    fn another_format_is_an_error() {
        assert!(Workload::read_list("").is_err());
        assert!(Workload::read_list("png image").is_err());
        assert!(Workload::read_list("png other image").is_err());
    }
}
