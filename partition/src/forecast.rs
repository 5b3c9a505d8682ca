//! A forecast of what LLVM makes of each function: its size after inlining, and whether its calls get inlined.
//!
//! LLVM's inliner goes over the call graph bottom-up: a function is inlined into its callers after it has itself been
//! simplified and inlined into. The forecast does the same with numbers. In post-order of the call graph's strongly
//! connected components,
//!
//! ```text
//! size(f) = cost(f)
//!         + sum over calls in f that get inlined of (size(callee) - CALL_SAVING)
//!         + sum over the other calls of KEPT_CALL
//! ```
//!
//! and calls of `f` get inlined if `f` is always-inline, or if it is a local function with a single use, or if its size
//! is below the inliner's threshold. Calls within a component stay calls: unrolling recursion is rare.
//!
//! The thresholds are those of `llvm/lib/Analysis/InlineCost.cpp` at `-O2` and `-O3`, where an instruction costs 5.
//! The graph does not say what the optimisation level is; at `s` and `z` LLVM inlines less, so that the forecast only
//! makes more bodies available than are needed. Costs and the other constants are fitted to LLVM's inline remarks for six
//! crates compiled as one unit (serde_json, toml_edit, regex-automata, clap_builder, miniz_oxide, image): of the pairs of
//! caller and callee that LLVM inlined, the forecast finds 88 to 100 %, and of those that it finds, LLVM inlined 80 to
//! 91 % (BENCHMARKING.md has these and other crates). A function that is well below the threshold is *certain* to be
//! inlined, one whose size is near it is *likely* to be inlined here and there.
//!
//! The forecast also gives *work*: an estimate of the time that LLVM spends on a body, in the time per unoptimised
//! instruction (25 to 35 microseconds at `-O3` on a server of 2026). It is fitted to the times of the units of the same
//! crates: nine of ten are within 25 %. Nearly all of a unit's time follows from the instructions that it begins with, whether
//! they end up inlined or not; what gets inlined adds a little for each call.

use crate::components::components;
use crate::graph::{Graph, InlineAttribute, Item, ItemId, ItemKind};
use crate::rules;

/// What a call that stays counts: `InlineConstants::CallPenalty`.
const KEPT_CALL: u64 = 25;

/// What goes away with an inlined call: arguments let the callee simplify. Fitted with the costs.
const CALL_SAVING: u64 = 7;

/// The size up to which calls are inlined: `-inline-threshold`.
const THRESHOLD: u64 = 225;

/// The same with `inlinehint`: `-inlinehint-threshold`.
const HINT_THRESHOLD: u64 = 325;

/// The same with `cold`: `-inlinecold-threshold`.
const COLD_THRESHOLD: u64 = 45;

/// The size up to which a local function with one call is inlined. `InlineConstants::LastCallToStaticBonus`.
const LAST_CALL_THRESHOLD: u64 = 15_000;

/// Functions of at most this many unoptimised instructions are inlined whatever they seem to grow to: they are wrappers
/// whose callees LLVM leaves alone where inlining them would make the wrapper large.
const TINY_INSTRUCTIONS: u64 = 10;

/// Calls of what is below this much of the threshold, in percent, are inlined but for exceptions, so that a copy in each
/// unit vanishes. With 60 percent, as much is inlined, and `.text` is a percent larger: where a call stays after all, each
/// unit emits its copy, where bodies are imported, one. With 15 percent, units take longer: what is promoted for others
/// to import is compiled, though nobody may call it in the end.
const CERTAIN_PERCENT: u64 = 30;

/// What is below this much of the threshold, in percent, may be inlined: sizes are forecast to a factor of 1.4 in the
/// mean, and constant arguments make a callee smaller. Availability of bodies decides code quality. (With 200 percent,
/// seventeen crates cut into 4 to 16 units are half a percent more work, and have no more of what LLVM inlines at hand.)
const LIKELY_PERCENT: u64 = 165;

/// The same in unoptimised instructions, for functions that constant arguments reduce to very little. (With 50, parsing
/// JSON from a reader executes 7 percent more instructions: what reads a byte is not inlined.)
const LIKELY_INSTRUCTIONS: u64 = 64;

/// What LLVM spends on an imported body, in percent of the same body emitted: it is simplified, and then dropped.
const IMPORT_PERCENT: u64 = 70;

/// What LLVM spends on instructions that come from inlined calls, in percent of a body's own ones: they have been
/// simplified before.
const INLINED_PERCENT: u64 = 25;

/// An inlined call brings at most this cost's work: beyond it, forecasts of the size say little.
const INLINED_LIMIT: u64 = 500;

/// What a function is beside its instructions: passes start and end on each.
const FUNCTION_WORK: u64 = 8;

/// Beyond so many instructions, LLVM's time on a function may grow with their cube (there are passes that go through
/// blocks for each variable or for each other block). The one function of cranelift-codegen with 89,528 takes 32
/// seconds, ten times as long as in proportion, and another version of it with 47,000 eight times; others with
/// 14,000 to 26,000 take no longer than in proportion. Such a function has to be begun first, and wants a unit of its own.
const LINEAR_INSTRUCTIONS: u64 = 25_000;

/// Bytes of a variable's initialiser that take as long as an instruction. How many variables there are does not matter.
const BYTES_PER_WORK: u64 = 256;

/// What an instruction costs the inliner: `llvm::InlineConstants::InstrCost`.
const INSTRUCTION_COST: u64 = 5;

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
    /// What a function costs the inliner when its callers are looked at, with what is inlined into it; 0 for other kinds.
    pub size: u64,
    /// Whether its calls get inlined.
    pub inlining: Inlining,
    /// Whether it is so small that hardly a call stays.
    pub certain: bool,
    /// Whether its size is near enough to the inliner's threshold that some calls may well get inlined.
    pub likely: bool,
    /// Whether there is only one call of it from outside of itself.
    pub single_call: bool,
    /// Whether it is local and its only use is one call, from outside of itself, that LLVM inlines however large it is.
    pub last_call: bool,
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
        for component in components(graph, |id| graph[id].kind == ItemKind::Function, |_, _| true) {
            let recursive = component.len() > 1 || graph.uses(component[0]).iter().any(|edge| edge.to == component[0]);
            let grown: Vec<Growth> = component.iter().map(|id| grow(graph, &items, &component, *id)).collect();
            for (&id, Growth { size, bare_size, work: inlined }) in component.iter().zip(grown) {
                let work = FUNCTION_WORK + own_work(u64::from(graph[id].instructions)) + inlined;
                let import_work = work * IMPORT_PERCENT / 100;
                let mut forecast = ItemForecast { size, work, import_work, ..ItemForecast::default() };
                let own = graph.calls(id, id);
                judge(&graph[id], Traits { recursive, bare_size, uses: uses.of(id), own }, &mut forecast);
                items[id.index()] = forecast;
            }
        }
        for id in graph.ids().filter(|id| graph[*id].kind != ItemKind::Function) {
            let work = graph[id].bytes / BYTES_PER_WORK;
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

/// What becomes of a function when others are inlined into it.
#[derive(Clone, Copy, Debug, Default)]
struct Growth {
    size: u64,
    /// The size if the only calls of local functions stay calls.
    bare_size: u64,
    /// The work of inlining.
    work: u64,
}

/// The growth of one function, given its callees' sizes.
fn grow(graph: &Graph, items: &[ItemForecast], component: &[ItemId], id: ItemId) -> Growth {
    let cost = u64::from(graph[id].cost);
    let mut grown = Growth { size: cost, bare_size: cost, work: 0 };
    for edge in graph.uses(id).iter().filter(|edge| edge.calls > 0 && graph[edge.to].kind == ItemKind::Function) {
        let (callee, calls) = (&items[edge.to.index()], u64::from(edge.calls));
        let (kept, inlined) = (KEPT_CALL * calls, callee.size.saturating_sub(CALL_SAVING) * calls);
        let inlining = if component.binary_search(&edge.to).is_ok() { Inlining::Kept } else { callee.inlining };
        let (size, bare_size) = match inlining {
            Inlining::Kept => (kept, kept),
            Inlining::OnlyCall => (inlined, kept),
            Inlining::AllCalls => (inlined, inlined),
        };
        grown.size = (grown.size + size).min(SIZE_LIMIT);
        grown.bare_size = (grown.bare_size + bare_size).min(SIZE_LIMIT);
        if inlining != Inlining::Kept {
            grown.work += callee.size.min(INLINED_LIMIT) / INSTRUCTION_COST * calls * INLINED_PERCENT / 100;
        }
    }
    grown
}

/// The work on a function's own instructions.
fn own_work(instructions: u64) -> u64 {
    let instructions = instructions.min(SIZE_LIMIT);
    let large = instructions.max(LINEAR_INSTRUCTIONS);
    instructions * large / LINEAR_INSTRUCTIONS * large / LINEAR_INSTRUCTIONS
}

/// What decides about a function beside its size.
struct Traits {
    /// It may come to call itself.
    recursive: bool,
    /// Its size if the only calls of local functions stay calls.
    bare_size: u64,
    /// How the module uses it.
    uses: Use,
    /// How many of its calls are its own.
    own: u32,
}

/// Decides whether calls of a function get inlined.
fn judge(item: &Item, Traits { recursive, bare_size, uses, own }: Traits, forecast: &mut ItemForecast) {
    let size = forecast.size;
    let instructions = u64::from(item.instructions);
    let may_be_inlined = item.inline != InlineAttribute::Never;
    let only_called = item.linkage.is_local() && !rules::is_single(item) && uses.references == 0;
    let below = |percent: u64, size: u64| size * 100 < threshold(item).saturating_mul(percent);
    let is_tiny = instructions <= TINY_INSTRUCTIONS && size == bare_size;
    let small = |percent: u64| match recursive {
        true => instructions <= TINY_INSTRUCTIONS,
        false => is_tiny || below(percent, size),
    };
    // A function that calls itself may have become a loop, and in a cycle LLVM inlines whatever it comes to first.
    forecast.single_call = uses.calls == own + 1;
    forecast.last_call = may_be_inlined && only_called && forecast.single_call && size < LAST_CALL_THRESHOLD;
    forecast.inlining = match may_be_inlined {
        true if small(100) => Inlining::AllCalls,
        true if forecast.last_call && !recursive => Inlining::OnlyCall,
        _ => Inlining::Kept,
    };
    forecast.certain = may_be_inlined && small(CERTAIN_PERCENT);
    // Constant arguments decide how much is left of a short function, whatever it calls. Where a cycle is entered, and
    // within it, calls are inlined as long as the inliner has not been there before. A function may come to be inlined
    // rather than the large one that only it calls.
    let is_short = instructions <= LIKELY_INSTRUCTIONS;
    forecast.likely = may_be_inlined && (is_short || below(LIKELY_PERCENT, size) || below(100, bare_size));
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

#[cfg(test)]
mod tests {
    use super::{CALL_SAVING, FUNCTION_WORK, Forecast, Inlining, KEPT_CALL, SIZE_LIMIT};
    use crate::graph::{InlineAttribute, Item};
    use crate::testing::{Builder, constant, function, visible};

    /// How calls of a function with two callers are forecast.
    fn with_two_callers(item: Item) -> Inlining {
        let mut module = Builder::new();
        let callee = module.add(item);
        for name in ["a", "b"] {
            let caller = module.add(visible(name, 10));
            module.call(caller, callee);
        }
        Forecast::new(&module.graph()).of(callee).inlining
    }

    #[test]
    fn small_functions_are_inlined_and_large_ones_are_not() {
        assert_eq!(with_two_callers(function("f", 100)), Inlining::AllCalls);
        assert_eq!(with_two_callers(function("f", 1000)), Inlining::Kept);
    }

    #[test]
    fn attributes_move_the_threshold() {
        let with = |inline, instructions| with_two_callers(Item { inline, ..function("f", instructions) });
        assert_eq!(with(InlineAttribute::None, 180), Inlining::Kept);
        assert_eq!(with(InlineAttribute::Hint, 180), Inlining::AllCalls);
        assert_eq!(with(InlineAttribute::Always, 10_000), Inlining::AllCalls);
        assert_eq!(with(InlineAttribute::Never, 1), Inlining::Kept);
        assert_eq!(with_two_callers(Item { cold: true, ..function("f", 100) }), Inlining::Kept);
    }

    #[test]
    fn the_only_call_of_a_local_function_is_inlined() {
        let mut module = Builder::new();
        let (local, seen) = (module.add(function("local", 1000)), module.add(visible("seen", 1000)));
        let caller = module.add(visible("caller", 10));
        module.call(caller, local);
        module.call(caller, seen);
        let forecast = Forecast::new(&module.graph());
        assert_eq!(forecast.of(local).inlining, Inlining::OnlyCall);
        assert!(forecast.of(local).vanishes);
        assert_eq!(forecast.of(seen).inlining, Inlining::Kept);
        assert!(forecast.of(caller).size >= forecast.of(local).size - CALL_SAVING);
    }

    #[test]
    fn calls_that_are_never_reached_leave_a_function_as_small_as_it_is() {
        let mut module = Builder::new();
        let (small, large) = (module.add(function("small", 100)), module.add(function("large", 1000)));
        for name in ["a", "b"] {
            let caller = module.add(visible(name, 10));
            module.call(caller, small);
            module.call(caller, large);
        }
        let size = |module: &Builder| Forecast::new(&module.graph()).of(small).size;
        let without = size(&module);
        module.dead_call(small, large);
        assert_eq!(size(&module), without);
        module.call(small, large);
        assert_eq!(size(&module), without + KEPT_CALL);
    }

    #[test]
    fn what_is_inlined_makes_its_callers_larger() {
        let mut module = Builder::new();
        let (leaf, middle, top) =
            (module.add(function("leaf", 100)), module.add(function("middle", 100)), module.add(visible("top", 10)));
        for user in [middle, top] {
            module.call(user, leaf);
            module.call(top, middle);
        }
        let forecast = Forecast::new(&module.graph());
        assert_eq!(forecast.of(leaf).inlining, Inlining::AllCalls);
        assert_eq!(forecast.of(middle).inlining, Inlining::Kept, "{:?}", forecast.of(middle));
        assert!(forecast.of(middle).likely);
    }

    #[test]
    fn a_function_whose_address_is_taken_does_not_vanish() {
        let mut module = Builder::new();
        let (callee, caller) = (module.add(function("callee", 20)), module.add(visible("caller", 10)));
        module.call(caller, callee);
        module.refer(caller, callee);
        let forecast = Forecast::new(&module.graph());
        assert_eq!((forecast.of(callee).inlining, forecast.of(callee).vanishes), (Inlining::AllCalls, false));
    }

    #[test]
    fn recursion_is_not_inlined_unless_tiny() {
        let mut module = Builder::new();
        let (a, b, caller) =
            (module.add(function("a", 40)), module.add(function("b", 5)), module.add(visible("caller", 10)));
        for (user, used) in [(a, b), (b, a), (caller, a), (caller, b)] {
            module.call(user, used);
        }
        let forecast = Forecast::new(&module.graph());
        assert_eq!([a, b].map(|id| forecast.of(id).inlining), [Inlining::Kept, Inlining::AllCalls]);
    }

    #[test]
    fn a_small_function_with_a_large_one_of_its_own_is_likely_inlined() {
        let likely = |inline| {
            let mut module = Builder::new();
            let large = module.add(function("large", 2000));
            let small = module.add(Item { inline, ..function("small", 100) });
            module.call(small, large);
            for name in ["a", "b"] {
                let caller = module.add(visible(name, 10));
                module.call(caller, small);
            }
            let forecast = Forecast::new(&module.graph());
            assert_eq!(forecast.of(large).inlining, Inlining::OnlyCall);
            assert_eq!(forecast.of(small).inlining, Inlining::Kept);
            forecast.of(small).likely
        };
        assert!(likely(InlineAttribute::None));
        assert!(!likely(InlineAttribute::Never));
    }

    #[test]
    fn very_large_functions_take_longer_than_in_proportion() {
        let work = |instructions| {
            let mut module = Builder::new();
            let id = module.add(visible("f", instructions));
            Forecast::new(&module.graph()).of(id).work - FUNCTION_WORK
        };
        assert_eq!([25_000, 50_000, 100_000].map(work), [25_000, 8 * 25_000, 64 * 25_000]);
        assert_eq!(work(u32::MAX), work(SIZE_LIMIT as u32), "sums stay finite");
    }

    #[test]
    fn sizes_stay_finite() {
        let mut module = Builder::new();
        let mut previous = module.add(Item { inline: InlineAttribute::Always, ..function("f0", 1000) });
        for number in 1..200 {
            let next = module.add(Item { inline: InlineAttribute::Always, ..function(&format!("f{number}"), 1000) });
            (0..4).for_each(|_| module.call(next, previous));
            previous = next;
        }
        assert!(Forecast::new(&module.graph()).of(previous).size < u64::MAX / 1000);
    }

    #[test]
    fn variables_are_work_by_their_bytes() {
        let mut module = Builder::new();
        let (small, large) = (module.add(constant("small", 8)), module.add(constant("large", 64_000)));
        let forecast = Forecast::new(&module.graph());
        assert!(forecast.of(small).work == 0 && forecast.of(large).work >= 100);
    }
}
