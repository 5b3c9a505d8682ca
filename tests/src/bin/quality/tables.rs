//! The tables that `quality` prints, over the first program: stock's with one unit.

use anyhow::Result;
use pcg_tests::program::Program;
use pcg_tests::quality::Figures;
use pcg_tests::ratios::Ratios;
use pcg_tests::table::Table;
use pcg_tests::workload::Workload;

/// Instructions, then run times, of each program over the first one's; these in absolute numbers at the end.
pub(crate) fn ratios(results: &[(Workload, Vec<Figures>)], timed: bool) -> String {
    let (first, others) = results[0].1.split_first().expect("there is a program to compare with");
    let column =
        |what: &str| others.iter().map(move |one| format!("{}, {what}", one.variant.name())).collect::<Vec<_>>();
    let mut columns = column("instructions");
    let mut notes = vec![format!("{}, 10⁶ instructions", first.variant.name())];
    if timed {
        columns.extend(column("time"));
        notes.push(format!("{}, ms", first.variant.name()));
    }
    let mut table = Ratios::new("workload", &columns, &notes, 3);
    for (workload, figures) in results {
        let (first, others) = figures.split_first().expect("there is a program to compare with");
        let mut ratios: Vec<f64> =
            others.iter().map(|one| one.instructions as f64 / first.instructions as f64).collect();
        let mut notes = vec![format!("{:.1}", first.instructions as f64 / 1e6)];
        if timed {
            ratios.extend(others.iter().map(|one| one.time() / first.time()));
            notes.push(format!("{:.1}", first.time() * 1e3));
        }
        table.row(&workload.name, workload.set, ratios, notes);
    }
    table.markdown()
}

/// The size of each program's code.
pub(crate) fn sizes(programs: &[Program]) -> Result<String> {
    let mut table = Table::new(&["program", ".text bytes", "over stock 1"]);
    let mut first = None;
    for program in programs {
        let text = program.text()?;
        let first = *first.get_or_insert(text);
        table.row(&[program.variant.name(), text.to_string(), format!("{:.3}", text as f64 / first as f64)]);
    }
    Ok(table.markdown())
}
