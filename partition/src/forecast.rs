//! A forecast of what LLVM makes of each function: its size after inlining, and whether its calls get inlined.
//!
//! LLVM's inliner goes over the call graph bottom-up: a function is inlined into its callers after it has itself been
//! simplified and inlined into. The forecast does the same with numbers. In post-order of the call graph's strongly
//! connected components,
//!
//! ```text
//! size(f) = SIMPLIFIED * instructions(f)
//!         + sum over calls in f that get inlined of (size(callee) - CALL_SAVING)
//!         + sum over the other calls of KEPT_CALL
//! ```
//!
//! and calls of `f` get inlined if `f` is always-inline, or if it is a local function with a single use, or if its size
//! is below the inliner's threshold. Calls within a component stay calls: unrolling recursion is rare.
//!
//! The thresholds are those of `llvm/lib/Analysis/InlineCost.cpp` at `-O2` and `-O3`, where an instruction costs 5.
//! The graph does not say what the optimisation level is; at `s` and `z` LLVM inlines less, so that the forecast only
//! makes more bodies available than are needed.
//!
//! The forecast also gives *work*: an estimate of the time that LLVM spends on a body, in the time that it spends on
//! simplifying one unoptimised instruction.

use crate::components::components;
use crate::graph::{Graph, InlineAttribute, Item, ItemId, ItemKind};
use crate::rules;

/// How many of 1,000 unoptimised instructions count in the inline cost once the function is simplified: stack slots,
/// casts and unreachable branches go away.
const SIMPLIFIED_PER_MILLE: u64 = 300;

/// What a call that stays counts beside its instruction: `InlineConstants::CallPenalty` is 25, that is 5 instructions.
const KEPT_CALL: u64 = 5;

/// Instructions that go away with an inlined call: what the arguments let the callee simplify.
const CALL_SAVING: u64 = 2;

/// The size up to which calls are inlined: `-inline-threshold` is 225, an instruction costs 5.
const THRESHOLD: u64 = 225 / 5;

/// The same with `inlinehint`: `-inlinehint-threshold` is 325.
const HINT_THRESHOLD: u64 = 325 / 5;

/// The same with `cold`: `-inlinecold-threshold` is 45.
const COLD_THRESHOLD: u64 = 45 / 5;

/// The size up to which a local function with one call is inlined. LLVM's `LastCallToStaticBonus` is 15,000.
const LAST_CALL_THRESHOLD: u64 = 15_000 / 5;

/// Functions of at most this many unoptimised instructions are inlined whatever they seem to grow to: they are wrappers
/// whose callees LLVM leaves alone where inlining them would make the wrapper large.
const TINY_INSTRUCTIONS: u64 = 10;

/// Sizes are forecast to about a factor of two: what is below this much of the threshold, in percent, may be inlined.
const LIKELY_PERCENT: u64 = 200;

/// The same in unoptimised instructions, for wrappers.
const LIKELY_INSTRUCTIONS: u64 = 30;

/// What LLVM spends on an imported body, in percent of the same body emitted: it is simplified, and then dropped.
const IMPORT_PERCENT: u64 = 70;

/// What LLVM spends on instructions that come from inlined calls, in percent of a body's own ones: they have been
/// simplified before.
const INLINED_PERCENT: u64 = 38;

/// An inlined call brings at most this many instructions' work: beyond it, forecasts of the size say little.
const INLINED_LIMIT: u64 = 100;

/// Bytes of a variable's initialiser that take as long as an instruction.
const BYTES_PER_WORK: u64 = 64;

/// Sizes are not followed further than this, so that no sum overflows.
const SIZE_LIMIT: u64 = 10_000_000;

/// What is expected of each item.
#[derive(Clone, Debug)]
pub struct Forecast {
    items: Vec<ItemForecast>,
}

/// Whether and why calls of a function get inlined.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Inlining {
    /// They stay calls.
    #[default]
    Kept,
    /// The only call of a local function is inlined, however large the function is.
    OnlyCall,
    /// All calls are inlined, because of the function's attributes or its size.
    AllCalls,
}

/// What is expected of one item.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ItemForecast {
    /// Instructions of a function after inlining, when its callers are looked at; 0 for other kinds.
    pub size: u64,
    /// Whether its calls get inlined.
    pub inlining: Inlining,
    /// Whether its size is near enough to the inliner's threshold that some calls may well get inlined.
    pub likely: bool,
    /// Whether nothing of it is left to emit once its calls are inlined: it is local, and calls are its only uses.
    pub vanishes: bool,
    /// Work on a body that a unit defines or copies.
    pub work: u64,
    /// Work on a body that a unit imports: it is simplified and not emitted.
    pub import_work: u64,
}

impl Forecast {
    /// Makes the forecast for all items of `graph`.
    pub fn new(graph: &Graph) -> Self {
        let uses = Uses::count(graph);
        let mut items = vec![ItemForecast::default(); graph.items().len()];
        for component in components(graph, |id| graph[id].kind == ItemKind::Function) {
            for &id in &component {
                let (size, inlined) = grow(graph, &items, &component, id);
                let work = 1 + u64::from(graph[id].instructions) + inlined;
                let import_work = 1 + work * IMPORT_PERCENT / 100;
                items[id.index()] = ItemForecast { size, work, import_work, ..ItemForecast::default() };
            }
            let recursive = component.len() > 1 || graph.uses(component[0]).iter().any(|edge| edge.to == component[0]);
            for &id in &component {
                judge(&graph[id], uses.of(id), recursive, &mut items[id.index()]);
            }
        }
        for id in graph.ids().filter(|id| graph[*id].kind != ItemKind::Function) {
            let work = 1 + graph[id].bytes / BYTES_PER_WORK;
            items[id.index()] = ItemForecast { work, ..ItemForecast::default() };
        }
        Self { items }
    }

    /// What is expected of `id`.
    pub fn of(&self, id: ItemId) -> &ItemForecast {
        &self.items[id.index()]
    }

    /// The work of optimising the whole module as one unit.
    pub fn total_work(&self) -> u64 {
        self.items.iter().map(|item| item.work).sum()
    }
}

/// The size of one function, given that of its callees, and the work of inlining them.
fn grow(graph: &Graph, items: &[ItemForecast], component: &[ItemId], id: ItemId) -> (u64, u64) {
    let mut size = u64::from(graph[id].instructions) * SIMPLIFIED_PER_MILLE / 1000;
    let mut work = 0;
    for edge in graph.uses(id).iter().filter(|edge| edge.calls > 0 && graph[edge.to].kind == ItemKind::Function) {
        let (callee, calls) = (&items[edge.to.index()], u64::from(edge.calls));
        if callee.inlining != Inlining::Kept && component.binary_search(&edge.to).is_err() {
            size += callee.size.saturating_sub(CALL_SAVING) * calls;
            work += callee.size.min(INLINED_LIMIT) * calls * INLINED_PERCENT / 100;
        } else {
            size += KEPT_CALL * calls;
        }
        size = size.min(SIZE_LIMIT);
    }
    (size, work)
}

/// Decides whether calls of a function get inlined, and what work it is.
fn judge(item: &Item, uses: Use, recursive: bool, forecast: &mut ItemForecast) {
    let instructions = u64::from(item.instructions);
    let only_called = item.linkage.is_local() && !rules::is_single(item) && uses.references == 0;
    let below = |percent: u64, tiny: u64| match item.inline {
        InlineAttribute::Never => false,
        _ if instructions <= tiny => true,
        _ if recursive => false,
        _ => forecast.size * 100 < threshold(item).saturating_mul(percent),
    };
    let last_call = only_called && uses.calls == 1 && !recursive && item.inline != InlineAttribute::Never;
    forecast.likely = below(LIKELY_PERCENT, LIKELY_INSTRUCTIONS);
    forecast.inlining = match forecast.size {
        _ if below(100, TINY_INSTRUCTIONS) => Inlining::AllCalls,
        size if last_call && size < LAST_CALL_THRESHOLD => Inlining::OnlyCall,
        _ => Inlining::Kept,
    };
    forecast.vanishes = forecast.inlining != Inlining::Kept && only_called;
}

/// The size below which LLVM inlines calls of a function.
fn threshold(item: &Item) -> u64 {
    match item.inline {
        InlineAttribute::Always => u64::MAX,
        InlineAttribute::Never => 0,
        _ if item.cold => COLD_THRESHOLD,
        InlineAttribute::Hint => HINT_THRESHOLD,
        InlineAttribute::None => THRESHOLD,
    }
}

/// How an item is used in the whole module.
#[derive(Clone, Copy, Debug, Default)]
struct Use {
    calls: u32,
    references: u32,
}

struct Uses(Vec<Use>);

impl Uses {
    fn count(graph: &Graph) -> Self {
        let mut uses = vec![Use::default(); graph.items().len()];
        for edge in graph.ids().flat_map(|id| graph.uses(id)) {
            let target = &mut uses[edge.to.index()];
            target.calls = target.calls.saturating_add(edge.calls);
            target.references = target.references.saturating_add(edge.references);
        }
        Self(uses)
    }

    fn of(&self, id: ItemId) -> Use {
        self.0[id.index()]
    }
}
