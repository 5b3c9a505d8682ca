//! One crate's figures.

use anyhow::Result;
use pcg_tests::benchmark::{Bench, Series};
use pcg_tests::variant::Variant;

use crate::forecast::Forecast;
use crate::recall::inline_recall;
use crate::subjects::Subject;

/// Stock with one unit: what sizes and processor times are compared with.
pub(crate) const STOCK_1: Variant = Variant::stock(1);
/// Stock with as many units as cargo's release profile has.
pub(crate) const STOCK_16: Variant = Variant::stock(16);
/// pcg with a number of units that keeps few cores busy.
pub(crate) const PCG_4: Variant = Variant::pcg(Some(4));
/// pcg with its own choice.
pub(crate) const PCG_DEFAULT: Variant = Variant::pcg(None);
/// pcg with stock's number of units, for its code only.
pub(crate) const PCG_16: Variant = Variant::pcg(Some(16));
/// pcg with one unit, for LLVM's time on it only.
const PCG_1: Variant = Variant::pcg(Some(1));

/// Stock's settings, of which the best is what pcg has to beat.
const STOCK: [Variant; 3] = [STOCK_1, Variant::stock(4), STOCK_16];
/// Those that take turns.
const TIMED: [Variant; 5] = [STOCK_1, Variant::stock(4), STOCK_16, PCG_4, PCG_DEFAULT];
/// Those whose memory is looked at.
const WATCHED: [Variant; 4] = [STOCK_1, STOCK_16, PCG_4, PCG_DEFAULT];

/// Everything that was measured of one crate.
pub(crate) struct Figures {
    pub(crate) subject: Subject,
    /// The variants that took turns.
    pub(crate) timed: Vec<Series>,
    /// pcg with 16 units, once.
    many: Series,
    memory: Vec<(Variant, u64)>,
    /// Inline recall with 4 and 16 units.
    pub(crate) recall: [f64; 2],
    pub(crate) forecast: Option<Forecast>,
}

impl Figures {
    /// Measures a crate.
    pub(crate) fn measure(subject: Subject, bench: &Bench, rounds: usize) -> Result<Self> {
        let timed = bench.run(&TIMED, rounds)?;
        let many = bench.run(&[PCG_16], 1)?.remove(0);
        let memory: Result<_> = WATCHED.into_iter().map(|variant| Ok((variant, bench.peak_memory(variant)?))).collect();
        let recall = inline_recall(bench, [4, 16])?;
        let mut figures = Self { subject, timed, many, memory: memory?, recall, forecast: None };
        if subject.forecast {
            let single = bench.run(&[PCG_1], rounds)?.remove(0);
            figures.forecast = Some(Forecast::new(&single, figures.of(PCG_DEFAULT)));
        }
        Ok(figures)
    }

    /// A variant's series.
    pub(crate) fn of(&self, variant: Variant) -> &Series {
        let mut all = self.timed.iter().chain([&self.many]);
        all.find(|series| series.variant == variant).expect("every variant is run")
    }

    /// Wall time over the least of stock's settings.
    pub(crate) fn wall(&self, variant: Variant) -> f64 {
        let best = STOCK.iter().map(|stock| self.of(*stock).wall()).fold(f64::INFINITY, f64::min);
        self.of(variant).wall() / best
    }

    /// Processor time over that of stock with one unit.
    pub(crate) fn cpu(&self, variant: Variant) -> f64 {
        self.of(variant).cpu() / self.of(STOCK_1).cpu()
    }

    /// Code size over that of stock with one unit.
    pub(crate) fn text(&self, variant: Variant) -> f64 {
        self.of(variant).text as f64 / self.of(STOCK_1).text as f64
    }

    /// Bytes at the peak.
    pub(crate) fn memory(&self, variant: Variant) -> u64 {
        self.memory.iter().find(|(watched, _)| *watched == variant).map_or(0, |(_, bytes)| *bytes)
    }
}
