// Describes a module to the partitioner: definitions, sizes, attributes, and who uses whom.

#include "common.h"
#include "constants.h"
#include "cost.h"
#include "identical.h"
#include "promises.h"
#include "reachable.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/EquivalenceClasses.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Bitcode/BitcodeReader.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/InstrTypes.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"
#include "llvm/Object/ModuleSymbolTable.h"
#include "llvm/Support/MemoryBuffer.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

using namespace llvm;

class GraphReader;

struct PcgGraph {
  std::string Name;
  bool HasAsm = false;
  // Names live as long as the graph does; PcgItem points into them.
  std::vector<std::string> Names;
  std::vector<PcgItem> Items;
  std::vector<PcgEdge> Edges;
  std::vector<PcgConstant> Constants;
  std::vector<PcgReplaced> Replaced;
  // What it was read from, until it is taken.
  std::unique_ptr<LLVMContext> Context = std::make_unique<LLVMContext>();
  std::unique_ptr<Module> M;
  std::unique_ptr<GraphReader> Reader;

  PcgGraph();
  ~PcgGraph();
};

namespace {

uint8_t linkageCode(GlobalValue::LinkageTypes Linkage) {
  switch (Linkage) {
  case GlobalValue::ExternalLinkage:
    return 0;
  case GlobalValue::AvailableExternallyLinkage:
    return 1;
  case GlobalValue::LinkOnceAnyLinkage:
  case GlobalValue::LinkOnceODRLinkage:
    return 2;
  case GlobalValue::WeakAnyLinkage:
  case GlobalValue::WeakODRLinkage:
    return 3;
  case GlobalValue::AppendingLinkage:
    return 4;
  case GlobalValue::InternalLinkage:
    return 5;
  case GlobalValue::PrivateLinkage:
    return 6;
  case GlobalValue::ExternalWeakLinkage:
    return 7;
  case GlobalValue::CommonLinkage:
    return 8;
  }
  llvm_unreachable("unknown linkage");
}

uint8_t inlineCode(const Function &F) {
  if (F.hasFnAttribute(Attribute::AlwaysInline))
    return 2;
  if (F.hasFnAttribute(Attribute::NoInline) || F.hasFnAttribute(Attribute::OptimizeNone))
    return 3;
  return F.hasFnAttribute(Attribute::InlineHint) ? 1 : 0;
}

} // namespace

class GraphReader {
  Module &M;
  PcgGraph &Graph;
  DenseMap<const GlobalValue *, uint32_t> Ids;
  // Items that have to stay together, as ids.
  EquivalenceClasses<uint32_t> Together;
  // Local symbols that only the unit with the module's assembly can refer to.
  SmallPtrSet<const GlobalValue *, 4> LocalAsmSymbols;
  // Uses of the item that is being visited.
  MapVector<uint32_t, PcgEdge> Uses;
  SmallPtrSet<const Constant *, 32> Visited;
  // Functions that an earlier one with the same body can stand for.
  IdenticalFunctions Identical;
  // What functions had for attributes before promises were added to them.
  SmallVector<std::pair<Function *, AttributeList>, 0> Attributes;

public:
  GraphReader(Module &M, PcgGraph &Graph) : M(M), Graph(Graph) {}

  // What can be read off. The module stays as it is.
  void read() {
    Graph.Name = M.getSourceFileName();
    Graph.HasAsm = !M.getModuleInlineAsm().empty();
    forEachDefinition(M, [&](GlobalValue &GV) { Ids.try_emplace(&GV, Ids.size()); });
    Graph.Names.reserve(Ids.size());
    Graph.Items.reserve(Ids.size());
    forEachDefinition(M, [&](GlobalValue &GV) { addItem(GV); });
    markUsed();
    markAsm();
    forEachDefinition(M, [&](GlobalValue &GV) { addUses(GV); });
    numberGroups();
  }

  // What has to be searched for. One function takes another's place, and attributes change until they are put back.
  void search(bool Bodies, bool Promises, bool Constants) {
    size_t EdgesOfBodies = Graph.Edges.size();
    if (Bodies)
      markIdentical();
    if (Constants)
      addConstants();
    if (Promises)
      addPromises(EdgesOfBodies);
  }

  // Leaves the module to others as rustc wrote it, but for functions that another one has taken the place of for good.
  void release() {
    for (auto [F, Original] : Attributes)
      F->setAttributes(Original);
    Identical.restore();
    for (Function *F : Identical.Merged)
      Graph.Replaced.push_back({Ids.lookup(F), Ids.lookup(Identical.Leaders.lookup(F))});
    // Comparisons may have been folded on the way, to expressions that nothing uses but what they refer to knows of.
    for (GlobalValue &GV : M.global_values())
      GV.removeDeadConstantUsers();
  }

private:
  void addItem(GlobalValue &GV) {
    Graph.Names.push_back(GV.getName().str());
    PcgItem Item = {};
    Item.name = Graph.Names.back().data();
    Item.name_length = Graph.Names.back().size();
    Item.linkage = linkageCode(GV.getLinkage());
    Item.hidden = GV.hasHiddenVisibility();
    Item.unnamed_addr = GV.hasGlobalUnnamedAddr();
    Item.thread_local_ = GV.isThreadLocal();
    Item.unique = GV.hasAppendingLinkage() || GV.hasSection();
    if (auto *F = dyn_cast<Function>(&GV)) {
      Item.kind = 0;
      Item.instructions = F->getInstructionCount();
      Item.inline_attribute = inlineCode(*F);
      Item.cold = F->hasFnAttribute(Attribute::Cold);
    } else if (auto *V = dyn_cast<GlobalVariable>(&GV)) {
      Item.kind = 1;
      Item.bytes = M.getDataLayout().getTypeAllocSize(V->getValueType()).getFixedValue();
      Item.constant = V->isConstant();
      Item.unique |= V->isExternallyInitialized();
    } else {
      Item.kind = isa<GlobalAlias>(GV) ? 2 : 3;
    }
    Graph.Items.push_back(Item);
    if (const Comdat *C = GV.getComdat())
      for (GlobalObject *Member : C->getUsers())
        keepTogether(GV, *Member);
  }

  void keepTogether(const GlobalValue &A, const GlobalValue &B) {
    auto IdA = Ids.find(&A), IdB = Ids.find(&B);
    if (IdA != Ids.end() && IdB != Ids.end())
      Together.unionSets(IdA->second, IdB->second);
  }

  void markUsed() {
    SmallVector<GlobalValue *, 8> Used;
    collectUsedGlobalVariables(M, Used, /*CompilerUsed=*/false);
    collectUsedGlobalVariables(M, Used, /*CompilerUsed=*/true);
    for (GlobalValue *GV : Used)
      if (auto Id = Ids.find(GV); Id != Ids.end())
        Graph.Items[Id->second].unique = true;
  }

  // A definition that the assembly names is reached through its symbol, a symbol that the assembly defines without
  // `.globl` is reached from the same object only: both tie an item to the unit that has the assembly.
  void markAsm() {
    if (!Graph.HasAsm)
      return;
    ModuleSymbolTable::CollectAsmSymbols(M, [&](StringRef Name, object::BasicSymbolRef::Flags Flags) {
      GlobalValue *GV = M.getNamedValue(Name);
      if (!GV)
        return;
      if (auto Id = Ids.find(GV); Id != Ids.end())
        Graph.Items[Id->second].tied_to_asm = true;
      else if (!(Flags & (object::BasicSymbolRef::SF_Undefined | object::BasicSymbolRef::SF_Global)))
        LocalAsmSymbols.insert(GV);
    });
  }

  void use(uint32_t From, const GlobalValue &GV, uint32_t PcgEdge::*Kind) {
    if (LocalAsmSymbols.contains(&GV))
      Graph.Items[From].tied_to_asm = true;
    auto Id = Ids.find(&GV);
    if (Id == Ids.end())
      return;
    PcgEdge &Edge = Uses.try_emplace(Id->second, PcgEdge{From, Id->second, 0, 0, 0}).first->second;
    ++(Edge.*Kind);
  }

  void useConstant(uint32_t From, const Constant &Root) {
    SmallVector<const Constant *, 8> Work(1, &Root);
    while (!Work.empty()) {
      const Constant *C = Work.pop_back_val();
      if (auto *GV = dyn_cast<GlobalValue>(C)) {
        use(From, *GV, &PcgEdge::references);
        continue;
      }
      if (isa<ConstantData>(C) || !Visited.insert(C).second)
        continue;
      if (auto *Address = dyn_cast<BlockAddress>(C)) {
        use(From, *Address->getFunction(), &PcgEdge::references);
        if (auto Id = Ids.find(Address->getFunction()); Id != Ids.end())
          Together.unionSets(From, Id->second);
        continue;
      }
      for (const Use &Operand : C->operands())
        if (auto *Inner = dyn_cast<Constant>(Operand))
          Work.push_back(Inner);
    }
  }

  void useInstruction(uint32_t From, const Instruction &I, bool Reachable) {
    const Use *Callee = nullptr;
    if (auto *Call = dyn_cast<CallBase>(&I))
      if (auto *F = dyn_cast<Function>(Call->getCalledOperand())) {
        Callee = &Call->getCalledOperandUse();
        use(From, *F, Reachable ? &PcgEdge::calls : &PcgEdge::dead_calls);
      }
    for (const Use &Operand : I.operands())
      if (auto *C = dyn_cast<Constant>(Operand); C && &Operand != Callee)
        useConstant(From, *C);
  }

  void addUses(GlobalValue &GV) {
    uint32_t From = Ids.lookup(&GV);
    Uses.clear();
    Visited.clear();
    // A function's operands are its personality, prefix and prologue data, a variable's its initialiser, those of
    // aliases and ifuncs their target.
    for (const Use &Operand : GV.operands())
      if (auto *C = dyn_cast<Constant>(Operand))
        useConstant(From, *C);
    if (auto *F = dyn_cast<Function>(&GV)) {
      ReachableBlocks Reachable(*F);
      Graph.Items[From].cost = simplifiedCost(*F, Reachable);
      for (const BasicBlock &B : *F)
        for (const Instruction &I : B)
          useInstruction(From, I, Reachable.contains(B));
    }
    if (isa<GlobalAlias, GlobalIFunc>(GV))
      for (auto &[To, Edge] : Uses)
        Together.unionSets(From, To);
    for (auto &[To, Edge] : Uses)
      Graph.Edges.push_back(Edge);
  }

  // Bodies that could stand for each other. Names, address and debug information of the one that is replaced are lost:
  // only of items that nobody outside can see, whose address has no meaning, and that have no debug information.
  void markIdentical() {
    SmallVector<Function *, 0> Candidates;
    for (Function &F : M)
      if (auto Id = Ids.find(&F); Id != Ids.end() && mayBeReplaced(F, Graph.Items[Id->second]))
        Candidates.push_back(&F);
    Identical = findIdenticalFunctions(Candidates);
    DenseMap<Function *, uint32_t> Numbers;
    for (Function *F : Candidates)
      if (Function *Leader = Identical.Leaders.lookup(F)) {
        uint32_t Number = Numbers.try_emplace(Leader, Numbers.size() + 1).first->second;
        Graph.Items[Ids.lookup(F)].body = Graph.Items[Ids.lookup(Leader)].body = Number;
      }
  }

  // A function that gets a constant uses it as if its body named it.
  void addConstants() {
    SmallVector<Function *, 0> Candidates;
    for (Function &F : M)
      if (auto Id = Ids.find(&F); Id != Ids.end() && F.hasLocalLinkage() && !isReachedByName(Graph.Items[Id->second]))
        Candidates.push_back(&F);
    for (const ConstantArgument &Known : findConstantArguments(Candidates, Identical.Leaders))
      if (std::optional<PcgConstant> Entry = describe(Known)) {
        Graph.Constants.push_back(*Entry);
        Uses.clear();
        if (Entry->item != PCG_NO_ITEM)
          use(Entry->function, *cast<GlobalValue>(Known.Value), &PcgEdge::references);
        forEachCallee(Known, [&](const Function &Callee) { use(Entry->function, Callee, &PcgEdge::calls); });
        for (auto &[To, Edge] : Uses)
          Graph.Edges.push_back(Edge);
      }
  }

  std::optional<PcgConstant> describe(const ConstantArgument &Known) {
    PcgConstant Entry = {0, Ids.lookup(Known.A->getParent()), Known.A->getArgNo(), PCG_NO_ITEM};
    if (auto *GV = dyn_cast<GlobalValue>(Known.Value)) {
      auto Id = Ids.find(GV);
      if (Id == Ids.end())
        return std::nullopt;
      Entry.item = Id->second;
    } else if (auto *Integer = dyn_cast<ConstantInt>(Known.Value)) {
      Entry.bits = Integer->getZExtValue();
    } else if (auto *Float = dyn_cast<ConstantFP>(Known.Value)) {
      Entry.bits = Float->getValueAPF().bitcastToAPInt().getZExtValue();
    }
    return Entry;
  }

  // The first edges are those that bodies show, before one function stood for another.
  void addPromises(size_t EdgesOfBodies) {
    std::vector<Calls> Nodes(Ids.size());
    for (Function &F : M)
      if (auto Id = Ids.find(&F); Id != Ids.end()) {
        Nodes[Id->second].Caller = &F;
        Attributes.push_back({&F, F.getAttributes()});
      }
    for (const PcgEdge &Edge : ArrayRef(Graph.Edges).take_front(EdgesOfBodies))
      if (Edge.calls + Edge.dead_calls && Nodes[Edge.from].Caller)
        if (auto *Callee = Nodes[Edge.to].Caller) {
          auto *Leader = Identical.Leaders.lookup(Callee);
          Nodes[Edge.from].Callees.push_back(&Nodes[Leader ? Ids.lookup(Leader) : Edge.to]);
        }
    Calls Root;
    for (Calls &Node : Nodes)
      if (Node.Caller)
        Root.Callees.push_back(&Node);
    inferPromises(Root);
    for (uint32_t Id = 0; Id < Nodes.size(); ++Id)
      if (Nodes[Id].Caller)
        Graph.Items[Id].promises = promisesOf(*Nodes[Id].Caller);
  }

  // By something that is no call in the module.
  static bool isReachedByName(const PcgItem &Item) { return Item.unique || Item.tied_to_asm; }

  static bool mayBeReplaced(const Function &F, const PcgItem &Item) {
    return F.hasLocalLinkage() && Item.unnamed_addr && !isReachedByName(Item) && !Item.group &&
           !F.getSubprogram() && !F.hasPrefixData() && !F.hasPrologueData() && !F.hasComdat();
  }

  // Groups are numbered by their first member, from 1.
  void numberGroups() {
    DenseMap<uint32_t, uint32_t> Numbers;
    for (uint32_t Id = 0; Id < Graph.Items.size(); ++Id) {
      auto Leader = Together.findLeader(Id);
      if (Leader == Together.member_end())
        continue;
      Graph.Items[Id].group = Numbers.try_emplace(*Leader, Numbers.size() + 1).first->second;
    }
  }
};

PcgGraph::PcgGraph() = default;
PcgGraph::~PcgGraph() = default;

extern "C" PcgGraph *pcg_graph_read(const char *Bitcode, size_t Length, char **Error) {
  auto Graph = std::make_unique<PcgGraph>();
  Graph->Context->setDiscardValueNames(true);
  DiagnosticText Text(*Graph->Context);
  auto M = parseBitcodeFile(MemoryBufferRef(StringRef(Bitcode, Length), "crate"), *Graph->Context);
  if (!M) {
    setError(Error, toString(M.takeError()));
    return nullptr;
  }
  Graph->M = std::move(*M);
  Graph->Reader = std::make_unique<GraphReader>(*Graph->M, *Graph);
  Graph->Reader->read();
  if (!Text.Errors.empty()) {
    setError(Error, Text.Errors);
    return nullptr;
  }
  return Graph.release();
}

extern "C" bool pcg_graph_search(PcgGraph *Graph, bool Bodies, bool Promises, bool Constants, char **Error) {
  DiagnosticText Text(*Graph->Context);
  Graph->Reader->search(Bodies, Promises, Constants);
  if (!Text.Errors.empty())
    setError(Error, Text.Errors);
  return Text.Errors.empty();
}

extern "C" LLVMModuleRef pcg_graph_take_module(PcgGraph *Graph, LLVMContextRef *Context, const PcgReplaced **Replaced,
                                               size_t *Count) {
  Graph->Reader->release();
  *Replaced = Graph->Replaced.data();
  *Count = Graph->Replaced.size();
  Graph->Reader.reset();
  *Context = wrap(Graph->Context.release());
  return wrap(Graph->M.release());
}

extern "C" void pcg_graph_free(PcgGraph *Graph) { delete Graph; }

extern "C" const PcgItem *pcg_graph_items(const PcgGraph *Graph, size_t *Count) {
  *Count = Graph->Items.size();
  return Graph->Items.data();
}

extern "C" const PcgEdge *pcg_graph_edges(const PcgGraph *Graph, size_t *Count) {
  *Count = Graph->Edges.size();
  return Graph->Edges.data();
}

extern "C" const PcgConstant *pcg_graph_constants(const PcgGraph *Graph, size_t *Count) {
  *Count = Graph->Constants.size();
  return Graph->Constants.data();
}

extern "C" const char *pcg_graph_name(const PcgGraph *Graph, size_t *Length) {
  *Length = Graph->Name.size();
  return Graph->Name.data();
}

extern "C" bool pcg_graph_has_asm(const PcgGraph *Graph) { return Graph->HasAsm; }
