//! The packages that a build consists of, from `cargo metadata`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use cargo_metadata::{
    CrateType, DependencyKind, Metadata, Node, Package as CargoPackage, PackageId, Target, TargetKind,
};

/// Targets whose sources say nothing of what a package costs those that need it.
const NOT_COUNTED: [TargetKind; 4] =
    [TargetKind::CustomBuild, TargetKind::Test, TargetKind::Bench, TargetKind::Example];

/// The packages of a build. Each one stands behind what it needs.
#[derive(Debug)]
pub(crate) struct PackageGraph {
    pub(crate) packages: Vec<Package>,
}

/// One package.
#[derive(Debug)]
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) version: String,
    /// The folders with the sources of its library and its programs.
    pub(super) sources: BTreeSet<PathBuf>,
    /// Other packages that have to be there, each once.
    pub(super) needs: Vec<Need>,
    /// Only build scripts and procedural macros need it, or it is one.
    pub(crate) is_host: bool,
}

/// What a package needs of another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Need {
    /// Its place in the graph.
    pub(super) package: usize,
    /// It has to be complete; else its metadata is enough.
    pub(super) is_complete: bool,
    /// It becomes part of what is built, and is not there for build scripts and procedural macros only.
    is_linked: bool,
}

impl PackageGraph {
    /// The packages that `roots` are made of; with those that their tests need, if they are built.
    pub(crate) fn new(metadata: &Metadata, roots: &[PackageId], with_tests: bool) -> Self {
        let nodes = metadata.resolve.iter().flat_map(|resolve| &resolve.nodes);
        let nodes: BTreeMap<&PackageId, &Node> = nodes.map(|node| (&node.id, node)).collect();
        let packages: BTreeMap<&PackageId, &CargoPackage> =
            metadata.packages.iter().map(|package| (&package.id, package)).collect();
        let mut builder = Builder {
            nodes,
            packages,
            roots: roots.iter().collect(),
            with_tests,
            order: Vec::new(),
            places: BTreeMap::new(),
        };
        for root in roots {
            builder.visit(root);
        }
        builder.finish()
    }
}

/// Packages in the order in which they are found, depth first.
struct Builder<'a> {
    nodes: BTreeMap<&'a PackageId, &'a Node>,
    packages: BTreeMap<&'a PackageId, &'a CargoPackage>,
    roots: BTreeSet<&'a PackageId>,
    with_tests: bool,
    order: Vec<Package>,
    /// `None` while a package's dependencies are looked at: tests may need what needs the package.
    places: BTreeMap<&'a PackageId, Option<usize>>,
}

impl<'a> Builder<'a> {
    fn visit(&mut self, id: &'a PackageId) -> Option<usize> {
        if let Some(place) = self.places.get(id) {
            return *place;
        }
        let (node, package) = (*self.nodes.get(id)?, *self.packages.get(id)?);
        self.places.insert(id, None);
        let mut needs: BTreeMap<usize, Need> = BTreeMap::new();
        for dependency in &node.deps {
            let kinds = || dependency.dep_kinds.iter().map(|kind| kind.kind);
            let with_tests = self.with_tests && self.roots.contains(id);
            let is_wanted = |kind| kind != DependencyKind::Development || with_tests;
            if !kinds().any(is_wanted) {
                continue;
            }
            let is_for_script = kinds().any(|kind| kind == DependencyKind::Build);
            if let Some(place) = self.visit(&dependency.pkg) {
                let is_macro = self.packages.get(&dependency.pkg).is_some_and(|package| is_macro(package));
                let is_for_crate = kinds().any(|kind| kind != DependencyKind::Build && is_wanted(kind));
                let need = Need { package: place, is_complete: false, is_linked: false };
                let need = needs.entry(place).or_insert(need);
                need.is_complete |= is_for_script || is_macro;
                need.is_linked |= is_for_crate && !is_macro;
            }
        }
        let place = self.order.len();
        self.order.push(Package {
            name: package.name.to_string(),
            version: package.version.to_string(),
            sources: sources(package),
            needs: needs.into_values().collect(),
            is_host: is_macro(package),
        });
        self.places.insert(id, Some(place));
        Some(place)
    }

    /// Notes who is there for the host only.
    fn finish(mut self) -> PackageGraph {
        let roots = self.roots.iter().filter_map(|id| self.places.get(*id).copied().flatten());
        let mut is_target = vec![false; self.order.len()];
        roots.for_each(|root| is_target[root] = true);
        // Whoever needs a package stands behind it.
        for place in (0..self.order.len()).rev().filter(|place| !self.order[*place].is_host) {
            if is_target[place] {
                self.order[place]
                    .needs
                    .iter()
                    .filter(|need| need.is_linked)
                    .for_each(|need| is_target[need.package] = true);
            }
        }
        for (package, is_target) in self.order.iter_mut().zip(is_target) {
            package.is_host |= !is_target;
        }
        PackageGraph { packages: self.order }
    }
}

fn sources(package: &CargoPackage) -> BTreeSet<PathBuf> {
    let is_counted = |target: &&Target| !target.kind.iter().any(|kind| NOT_COUNTED.contains(kind));
    let folder = |target: &Target| target.src_path.parent().map(PathBuf::from);
    package.targets.iter().filter(is_counted).filter_map(folder).collect()
}

fn is_macro(package: &CargoPackage) -> bool {
    let mut targets = package.targets.iter();
    targets.any(|target| {
        target.kind.contains(&TargetKind::ProcMacro) || target.crate_types.contains(&CrateType::ProcMacro)
    })
}

#[cfg(test)]
pub(crate) mod tests {
    use serde_json::json;

    use super::*;

    /// A graph by lines: `NAME: NEEDS…`, where `?` behind a name tells a package for the host and `!` behind a need
    /// that it has to be complete.
    pub(crate) fn graph(lines: &[&str]) -> PackageGraph {
        let mut packages: Vec<Package> = Vec::new();
        for line in lines {
            let (name, needs) = line.split_once(':').unwrap_or((line, ""));
            let place = |name: &str| packages.iter().position(|package| package.name == name).expect("an earlier line");
            let need = |need: &str| Need {
                package: place(need.trim_end_matches('!')),
                is_complete: need.ends_with('!'),
                is_linked: true,
            };
            let needs = needs.split_whitespace().map(need).collect();
            packages.push(Package {
                name: name.trim_end_matches(['?', '!']).to_owned(),
                version: "1.0.0".to_owned(),
                sources: BTreeSet::new(),
                needs,
                is_host: name.ends_with('?'),
            });
        }
        PackageGraph { packages }
    }

    /// Whether the dependency of a root package is there for the host only, if it is needed in these ways.
    fn is_host(kinds: &[Option<&str>]) -> bool {
        let package = |id: &str| {
            json!({
                "name": id, "version": "1.0.0", "id": id, "dependencies": [], "targets": [], "features": {},
                "manifest_path": format!("/{id}/Cargo.toml"),
            })
        };
        let kinds: Vec<_> = kinds.iter().map(|kind| json!({ "kind": kind, "target": null })).collect();
        let needs = json!([{ "name": "used", "pkg": "used", "dep_kinds": kinds }]);
        let node = |id: &str, deps| json!({ "id": id, "deps": deps, "dependencies": [], "features": [] });
        let metadata = json!({
            "packages": [package("root"), package("used")], "workspace_members": ["root"],
            "resolve": { "nodes": [node("root", needs), node("used", json!([]))], "root": "root" },
            "version": 1, "workspace_root": "/", "target_directory": "/target",
        });
        let metadata: Metadata = serde_json::from_value(metadata).unwrap();
        let graph = PackageGraph::new(&metadata, &[PackageId { repr: "root".to_owned() }], false);
        graph.packages.iter().find(|package| package.name == "used").unwrap().is_host
    }

    #[test]
    fn what_build_scripts_alone_need_is_for_the_host() {
        assert!(is_host(&[Some("build")]));
        assert!(!is_host(&[None]));
        assert!(!is_host(&[None, Some("build")]), "the crate needs it, too");
    }
}
