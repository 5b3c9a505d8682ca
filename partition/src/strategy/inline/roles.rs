//! Which items get copied, which get offered for inlining, and which only have an owner.

use crate::assignment::Offer;
use crate::components::components;
use crate::forecast::Inlining;
use crate::graph::{Edge, Graph, ItemId, ItemKind};
use crate::rules;
use crate::strategy::Problem;

/// Constants up to this many bytes are copied. A larger one (a table) is cheaper to refer to than to emit again, and
/// LLVM folds loads from small ones only.
const COPIED_BYTES: u64 = 1024;

/// A function with one call that is inlined however large it is follows its caller into each unit that has the caller's
/// body, up to this much work: without it, the caller's copies keep a call that one unit would not have.
const CHAIN_WORK: u64 = 1000;

/// What happens to an item in units that use it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// Each such unit has a copy.
    Copied,
    /// One unit defines it, the others import it if they call it.
    Offered,
    /// One unit defines it, the others import it if a body calls it that is not imported itself: what may be inlined
    /// into what may be inlined is not worth its time.
    Likely,
    /// One unit defines it, the others refer to it.
    Owned,
}

impl Role {
    /// Who may import the item.
    pub(super) fn offer(self) -> Offer {
        match self {
            Role::Copied | Role::Owned => Offer::Never,
            Role::Offered => Offer::ToAll,
            Role::Likely => Offer::ToEmitted,
        }
    }
}

/// The roles of all items, and the bodies that several units may have, with what they bring along.
pub(super) struct Roles {
    roles: Vec<Role>,
    /// Of the item's group of shared bodies, if it has one.
    shared: Vec<Option<u32>>,
    groups: Vec<SharedGroup>,
}

/// Bodies that several units may have and that come together: a component of the graph of copied and offered items.
#[derive(Debug, Default)]
pub(super) struct SharedGroup {
    pub(super) members: Vec<ItemId>,
    /// Work in each unit that has it, whoever owns its offered members.
    pub(super) copy_work: u64,
    /// Offered members, with the work that importing each is for units other than its owner.
    pub(super) offered: Vec<(ItemId, u64)>,
    /// Other groups that its bodies use, each once.
    pub(super) uses: Vec<u32>,
}

impl SharedGroup {
    /// Work in a unit that has it and owns none of it.
    pub(super) fn work(&self) -> u64 {
        self.copy_work + self.offered.iter().map(|(_, work)| work).sum::<u64>()
    }
}

impl Roles {
    pub(super) fn new(problem: &Problem<'_>) -> Self {
        let graph = problem.graph;
        let mut roles: Vec<Role> = graph.ids().map(|id| role(problem, id)).collect();
        follow_callers(problem, &mut roles);
        let is_shared = |id: ItemId| roles[id.index()] != Role::Owned;
        let members = components(graph, is_shared, |from, edge| brings(graph, &roles, from, edge));
        let mut shared = vec![None; roles.len()];
        for (number, component) in members.iter().enumerate() {
            component.iter().for_each(|id| shared[id.index()] = Some(number as u32));
        }
        let mut this = Self { roles, shared, groups: Vec::new() };
        this.groups = members.into_iter().map(|members| this.group(problem, members)).collect();
        this
    }

    pub(super) fn of(&self, id: ItemId) -> Role {
        self.roles[id.index()]
    }

    /// The shared group whose body a use of `id` may bring into the using unit.
    fn shared(&self, id: ItemId) -> Option<u32> {
        self.shared[id.index()]
    }

    /// The shared group that a use by an item brings into the unit that defines the item.
    pub(super) fn needed(&self, graph: &Graph, from: ItemId, edge: &Edge) -> Option<u32> {
        let is_brought = self.of(edge.to) == Role::Copied || rules::may_call(graph, from, edge);
        self.shared(edge.to).filter(|_| is_brought)
    }

    /// The shared group that a use by the body of `from` brings into units that have that body and do not define it.
    fn brought(&self, graph: &Graph, from: ItemId, edge: &Edge) -> Option<u32> {
        self.shared(edge.to).filter(|_| brings(graph, &self.roles, from, edge))
    }

    pub(super) fn groups(&self) -> &[SharedGroup] {
        &self.groups
    }

    fn group(&self, problem: &Problem<'_>, members: Vec<ItemId>) -> SharedGroup {
        let own = self.shared(members[0]);
        let mut group = SharedGroup::default();
        for &id in &members {
            let forecast = problem.forecast.of(id);
            match self.of(id) {
                Role::Copied => group.copy_work += forecast.work,
                _ => group.offered.push((id, forecast.import_work)),
            }
            let used = problem.graph.uses(id).iter().filter_map(|edge| self.brought(problem.graph, id, edge));
            group.uses.extend(used.filter(|used| Some(*used) != own));
        }
        group.uses.sort_unstable();
        group.uses.dedup();
        group.members = members;
        group
    }
}

/// Whether a shared body brings what it uses along, as [`place`](crate::placement::place) does.
fn brings(graph: &Graph, roles: &[Role], from: ItemId, edge: &Edge) -> bool {
    let is_called = rules::may_call(graph, from, edge);
    match roles[edge.to.index()] {
        Role::Copied => true,
        Role::Offered => is_called,
        Role::Likely => is_called && roles[from.index()] == Role::Copied,
        Role::Owned => false,
    }
}

/// Copies functions whose only call is in a body that several units may have.
fn follow_callers(problem: &Problem<'_>, roles: &mut [Role]) {
    let follows = |id: ItemId| {
        let forecast = problem.forecast.of(id);
        forecast.inlining == Inlining::OnlyCall
            && forecast.vanishes
            && forecast.work <= CHAIN_WORK
            && problem.bundles.may_be_copied(problem.graph, id)
    };
    let is_function = |id: &ItemId| problem.graph[*id].kind == ItemKind::Function;
    let shared = problem.graph.ids().filter(|id| is_function(id) && roles[id.index()] != Role::Owned);
    let mut callers: Vec<ItemId> = shared.collect();
    while let Some(caller) = callers.pop() {
        for edge in problem.graph.uses(caller).iter().filter(|edge| edge.calls > 0) {
            if roles[edge.to.index()] != Role::Copied && follows(edge.to) {
                roles[edge.to.index()] = Role::Copied;
                callers.push(edge.to);
            }
        }
    }
}

fn role(problem: &Problem<'_>, id: ItemId) -> Role {
    let item = &problem.graph[id];
    let forecast = problem.forecast.of(id);
    let copyable = problem.bundles.may_be_copied(problem.graph, id);
    let inlined = forecast.inlining == Inlining::AllCalls;
    match item.kind {
        ItemKind::Variable if copyable && item.bytes <= COPIED_BYTES => Role::Copied,
        ItemKind::Function if copyable && rules::must_be_inlined(item) => Role::Copied,
        // One whose address is taken would be emitted with every copy: its other units import it instead.
        ItemKind::Function if copyable && forecast.certain && forecast.vanishes => Role::Copied,
        // Promoted, it would have calls from elsewhere for all that LLVM knows.
        ItemKind::Function if copyable && forecast.last_call && inlined => Role::Copied,
        ItemKind::Function if !problem.bundles.may_be_imported(problem.graph, id) => Role::Owned,
        ItemKind::Function if inlined => Role::Offered,
        // Where its caller is inlined, it may be, too.
        ItemKind::Function if forecast.likely && forecast.single_call => Role::Offered,
        ItemKind::Function if forecast.likely => Role::Likely,
        _ => Role::Owned,
    }
}
