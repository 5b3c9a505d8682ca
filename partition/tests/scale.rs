//! Time in proportion to the crate: a program of rustc's size takes seconds with any strategy, where anything quadratic
//! would take hours.

use std::time::{Duration, Instant};

use pcg_partition::{Edge, Graph, InlineAttribute, Item, ItemId, ItemKind, Linkage, Strategy, partition};

/// As many functions as the largest crates have; fewer without optimisation.
const FUNCTIONS: u32 = if cfg!(debug_assertions) { 5_000 } else { 200_000 };

/// Several times what a busy machine needs.
const LIMIT: Duration = Duration::from_secs(30);

/// A linear congruential generator (Knuth's MMIX): the graph is the same on every run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u32) -> u32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) % u64::from(limit)) as u32
    }
}

fn function(number: u32, random: &mut Random) -> Item {
    let is_visible = random.below(10) == 0;
    Item {
        name: format!("f{number}"),
        kind: ItemKind::Function,
        linkage: if is_visible { Linkage::External } else { Linkage::Internal },
        hidden: false,
        instructions: 4 + random.below(20) * random.below(20),
        bytes: 0,
        inline: if random.below(3) == 0 { InlineAttribute::Hint } else { InlineAttribute::None },
        cold: false,
        unnamed_addr: true,
        constant: false,
        thread_local: false,
        unique: false,
        named_by_asm: false,
        group: None,
        source: format!("program::m{}", number / 50),
    }
}

/// Functions call their neighbours, a few popular ones, and rarely anything.
fn program() -> Graph {
    let mut random = Random(1);
    let items = (0..FUNCTIONS).map(|number| function(number, &mut random)).collect();
    let mut edges = Vec::new();
    for from in 0..FUNCTIONS {
        let neighbour = |random: &mut Random| (from / 50 * 50 + random.below(50)).min(FUNCTIONS - 1);
        let near = [neighbour(&mut random), neighbour(&mut random), neighbour(&mut random)];
        let popular = random.below(1 + FUNCTIONS / 100);
        let any = (random.below(20) == 0).then(|| random.below(FUNCTIONS));
        let targets = near.into_iter().chain([popular]).chain(any);
        edges.extend(targets.map(|to| (ItemId(from), Edge { to: ItemId(to), calls: 1, references: 0 })));
    }
    Graph::new("program".into(), items, edges, false)
}

#[test]
fn large_programs_take_seconds() {
    let graph = program();
    for &strategy in Strategy::ALL {
        for units in [4, 64] {
            let start = Instant::now();
            let found = partition(&graph, strategy, units).expect("the strategies' answers are valid");
            assert_eq!(found.units.len(), units, "{strategy}");
            assert!(start.elapsed() < LIMIT, "{strategy} with {units} units took {:?}", start.elapsed());
            println!("{strategy}, {units} units: {:?}", start.elapsed());
        }
    }
}
