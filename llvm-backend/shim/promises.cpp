// What functions promise their callers beyond what rustc wrote down: that they do not unwind, that a pointer that they
// are given is not kept, and that memory is not written through it.
//
// In one unit, LLVM finds out before it optimises the callers. A unit that only declares a function, or that imports
// its body, has to assume the worst: after such a call, every memory whose address was passed may have changed. So what
// unoptimised bodies show is found once for the whole module, and units are told about the functions that they do not
// define.
//
// The rules are those of llvm/lib/Transforms/IPO/FunctionAttrs.cpp: callees before callers, and within a cycle of calls
// whatever does not contradict itself. Where LLVM would first make stack slots registers, a pointer is followed through
// the slot: it is as good as kept only if somebody else can read the slot.

#include "promises.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/GraphTraits.h"
#include "llvm/ADT/SCCIterator.h"
#include "llvm/ADT/SmallPtrSet.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/Analysis/CaptureTracking.h"
#include "llvm/IR/DataLayout.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/IntrinsicInst.h"

#include <optional>

using namespace llvm;

namespace {

// Bodies of a cycle are looked at until nothing changes; one that takes longer promises nothing.
constexpr unsigned RoundLimit = 8;

// Bytes of a stack slot, where known.
struct Range {
  std::optional<int64_t> Offset;
  std::optional<uint64_t> Size;

  bool mayOverlap(const Range &Other) const {
    if (!Offset || !Other.Offset)
      return true;
    return (!Size || *Other.Offset < *Offset + int64_t(*Size)) &&
           (!Other.Size || *Offset < *Other.Offset + int64_t(*Other.Size));
  }
};

// A stack slot that is read and written, and whose address goes nowhere.
struct PrivateSlot {
  SmallVector<std::pair<const LoadInst *, Range>, 4> Loads;
  // Read to be written elsewhere.
  SmallVector<Range, 1> Copies;
};

Range offsetBy(const GetElementPtrInst &Address, std::optional<int64_t> Offset, const DataLayout &Layout) {
  APInt Distance(Layout.getIndexTypeSizeInBits(Address.getType()), 0);
  if (!Offset || !Address.accumulateConstantOffset(Layout, Distance))
    return {};
  return {*Offset + Distance.getSExtValue(), std::nullopt};
}

std::optional<uint64_t> storeSize(const Type *Ty, const DataLayout &Layout) {
  TypeSize Size = Layout.getTypeStoreSize(const_cast<Type *>(Ty));
  return Size.isScalable() ? std::nullopt : std::optional<uint64_t>(Size.getFixedValue());
}

std::optional<PrivateSlot> asPrivateSlot(const AllocaInst &Alloca, const DataLayout &Layout) {
  PrivateSlot Slot;
  SmallVector<std::pair<const Value *, std::optional<int64_t>>, 8> Work;
  Work.push_back({&Alloca, 0});
  while (!Work.empty()) {
    auto [Address, Offset] = Work.pop_back_val();
    for (const Use &U : Address->uses()) {
      const auto *I = cast<Instruction>(U.getUser());
      if (const auto *Load = dyn_cast<LoadInst>(I); Load && !Load->isVolatile()) {
        Slot.Loads.push_back({Load, {Offset, storeSize(Load->getType(), Layout)}});
      } else if (const auto *Store = dyn_cast<StoreInst>(I)) {
        if (Store->isVolatile() || U.getOperandNo() != StoreInst::getPointerOperandIndex())
          return std::nullopt;
      } else if (const auto *Inner = dyn_cast<GetElementPtrInst>(I)) {
        if (!Inner->getType()->isPointerTy())
          return std::nullopt;
        Work.push_back({Inner, offsetBy(*Inner, Offset, Layout).Offset});
      } else if (const auto *Memory = dyn_cast<MemIntrinsic>(I); Memory && !Memory->isVolatile()) {
        const auto *Transfer = dyn_cast<MemTransferInst>(Memory);
        if (Transfer && &U == &Transfer->getRawSourceUse()) {
          const auto *Length = dyn_cast<ConstantInt>(Transfer->getLength());
          Slot.Copies.push_back({Offset, Length ? std::optional(Length->getZExtValue()) : std::nullopt});
        }
      } else if (!I->isLifetimeStartOrEnd()) {
        return std::nullopt;
      }
    }
  }
  return Slot;
}

// What becomes of a pointer that a function is given, at most.
struct Fate {
  CaptureInfo Captures = CaptureInfo::none();
  bool Written = false;

  static Fate unknown() { return {CaptureInfo::all(), true}; }

  // What is known of an argument by its attributes.
  static Fate of(const Argument &A) { return {A.getAttributes().getCaptureInfo(), !A.onlyReadsMemory()}; }

  Fate operator|(const Fate &Other) const { return {Captures | Other.Captures, Written || Other.Written}; }
  Fate operator&(const Fate &Other) const { return {Captures & Other.Captures, Written && Other.Written}; }
  bool operator==(const Fate &Other) const { return Captures == Other.Captures && Written == Other.Written; }

  // Gives an argument the attributes that say so. Those that say more about its memory are left as they are.
  void note(Argument &A) const {
    A.removeAttr(Attribute::Captures);
    if (Captures != CaptureInfo::all())
      A.addAttr(Attribute::getWithCaptureInfo(A.getContext(), Captures));
    if (!mayNoteWrites(A))
      return;
    A.removeAttr(Attribute::ReadOnly);
    if (!Written)
      A.addAttr(Attribute::ReadOnly);
  }

private:
  static bool mayNoteWrites(const Argument &A) {
    return !A.hasPassPointeeByValueCopyAttr() && !A.hasAttribute(Attribute::ReadNone) &&
           !A.hasAttribute(Attribute::WriteOnly) && !A.hasAttribute(Attribute::Writable) &&
           !A.hasAttribute(Attribute::Initializes);
  }
};

// Whether an instruction may write memory through a pointer that it uses, but for pointers that it hands on.
bool mayWrite(const Instruction &I, const Use &U) {
  if (!I.mayWriteToMemory())
    return false;
  const auto *Call = dyn_cast<CallBase>(&I);
  if (!Call)
    return true;
  if (Call->isCallee(&U))
    return false;
  return !Call->isArgOperand(&U) || !Call->onlyReadsMemory(Call->getArgOperandNo(&U));
}

// Follows the pointers that one function is given.
class PointerTracker {
  const DataLayout &Layout;
  DenseMap<const AllocaInst *, std::optional<PrivateSlot>> Slots;
  SmallVector<const Use *, 32> Work;
  SmallPtrSet<const Use *, 32> Seen;

public:
  explicit PointerTracker(const Function &F) : Layout(F.getDataLayout()) {}

  Fate fate(const Argument &A) {
    CaptureComponents Kept = CaptureComponents::None, Returned = CaptureComponents::None;
    bool Written = false;
    Work.clear();
    Seen.clear();
    follow(A);
    while (!Work.empty()) {
      const Use &U = *Work.pop_back_val();
      const auto *I = cast<Instruction>(U.getUser());
      if (isa<ReturnInst>(I)) {
        Returned = CaptureComponents::All;
        continue;
      }
      if (const auto *Store = dyn_cast<StoreInst>(I); Store && followThroughSlot(*Store, U))
        continue;
      UseCaptureInfo Use = DetermineUseCaptureKind(U, &A);
      Kept |= Use.UseCC;
      if (capturesFullProvenance(Kept))
        return Fate::unknown();
      Written |= mayWrite(*I, U);
      if (capturesAnything(Use.ResultCC))
        follow(*I);
    }
    return {CaptureInfo(Kept, Kept | Returned), Written};
  }

private:
  void follow(const Value &V) {
    for (const Use &U : V.uses())
      if (Seen.insert(&U).second)
        Work.push_back(&U);
  }

  // Goes on where a pointer is read from the slot that it is stored in. False if it may be read by others.
  bool followThroughSlot(const StoreInst &Store, const Use &U) {
    if (Store.isVolatile() || U.getOperandNo() == StoreInst::getPointerOperandIndex())
      return false;
    const Value *Address = Store.getPointerOperand();
    APInt Offset(Layout.getIndexTypeSizeInBits(Address->getType()), 0);
    const Value *Base = Address->stripAndAccumulateConstantOffsets(Layout, Offset, /*AllowNonInbounds=*/true);
    const auto *Alloca = dyn_cast<AllocaInst>(Base);
    if (!Alloca)
      return false;
    auto [Known, IsNew] = Slots.try_emplace(Alloca);
    if (IsNew)
      Known->second = asPrivateSlot(*Alloca, Layout);
    if (!Known->second)
      return false;
    Range Stored{Offset.getSExtValue(), storeSize(Store.getValueOperand()->getType(), Layout)};
    for (const Range &Copied : Known->second->Copies)
      if (Copied.mayOverlap(Stored))
        return false;
    for (const auto &[Load, Read] : Known->second->Loads)
      if (Read.mayOverlap(Stored))
        follow(*Load);
    return true;
  }
};

// Another definition, or assembly, may stand in the place of what is seen here.
bool mayPromise(const Function &F) {
  return F.hasExactDefinition() && !F.hasFnAttribute(Attribute::Naked) && !F.hasOptNone() &&
         !F.isPresplitCoroutine();
}

// Functions that may come to call each other.
class Cycle {
  ArrayRef<Function *> Members;
  bool IsRecursive;
  // Pointers that may be promised, with what rustc says about them.
  SmallVector<std::pair<Argument *, Fate>, 16> Pointers;

public:
  Cycle(ArrayRef<Function *> Members, bool IsRecursive) : Members(Members), IsRecursive(IsRecursive) {}

  void infer() {
    inferNoUnwind();
    inferFates();
  }

private:
  void inferNoUnwind() {
    auto MayUnwind = [&](const Instruction &I) {
      if (!I.mayThrow(/*IncludePhaseOneUnwind=*/true))
        return false;
      const auto *Call = dyn_cast<CallBase>(&I);
      return !Call || !Call->getCalledFunction() || !is_contained(Members, Call->getCalledFunction());
    };
    for (const Function *F : Members)
      if (!F->doesNotThrow() && any_of(instructions(*F), MayUnwind))
        return;
    for (Function *F : Members)
      F->setDoesNotThrow();
  }

  // Begins with the best, and takes back what does not hold if the rest does.
  void inferFates() {
    for (Function *F : Members)
      for (Argument &A : F->args())
        if (A.getType()->isPointerTy()) {
          Pointers.push_back({&A, Fate::of(A)});
          if (IsRecursive)
            Fate().note(A);
        }
    for (unsigned Round = 0; Round < RoundLimit; ++Round)
      if (!refine() || !IsRecursive)
        return;
    for (auto [A, Told] : Pointers)
      Told.note(*A);
  }

  bool refine() {
    bool Changed = false;
    std::optional<PointerTracker> Tracker;
    const Function *Current = nullptr;
    for (auto [A, Told] : Pointers) {
      if (A->getParent() != Current) {
        Current = A->getParent();
        Tracker.emplace(*Current);
      }
      Fate Assumed = Fate::of(*A);
      Fate Found = Tracker->fate(*A) & Told;
      if (IsRecursive)
        Found = Found | Assumed;
      if (Found == Assumed)
        continue;
      Found.note(*A);
      Changed |= !(Fate::of(*A) == Assumed);
    }
    return Changed;
  }
};

// Promises are a bit for functions that do not unwind, and for each of the first arguments what is not kept of it,
// whether it is not returned, and whether nothing is written through it.
constexpr uint64_t NoUnwind = 1;
constexpr unsigned FirstArgument = 4, ArgumentBits = 6, ArgumentLimit = 10;
constexpr uint64_t NotReturned = 16, NotWritten = 32;
static_assert(FirstArgument + ArgumentBits * ArgumentLimit <= 64, "promises fit into 64 bits");
static_assert(uint64_t(CaptureComponents::All) < NotReturned, "components fit beside the other bits");

uint64_t encode(const Fate &F) {
  uint64_t Bits = uint64_t(~F.Captures.getOtherComponents() & CaptureComponents::All);
  if (F.Captures.getRetComponents() == F.Captures.getOtherComponents())
    Bits |= NotReturned;
  return F.Written ? Bits : Bits | NotWritten;
}

Fate decode(uint64_t Bits) {
  auto Kept = ~CaptureComponents(Bits & uint64_t(CaptureComponents::All)) & CaptureComponents::All;
  return {CaptureInfo(Kept, Bits & NotReturned ? Kept : CaptureComponents::All), !(Bits & NotWritten)};
}

unsigned shiftOf(const Argument &A) { return FirstArgument + ArgumentBits * A.getArgNo(); }

bool isPromised(const Argument &A) { return A.getType()->isPointerTy() && A.getArgNo() < ArgumentLimit; }

} // namespace

template <> struct llvm::GraphTraits<Calls *> {
  using NodeRef = Calls *;
  using ChildIteratorType = SmallVectorImpl<Calls *>::iterator;
  static NodeRef getEntryNode(Calls *Node) { return Node; }
  static ChildIteratorType child_begin(Calls *Node) { return Node->Callees.begin(); }
  static ChildIteratorType child_end(Calls *Node) { return Node->Callees.end(); }
};

void inferPromises(Calls &Root) {
  for (auto Component = scc_begin(&Root); !Component.isAtEnd(); ++Component) {
    SmallVector<Function *, 8> Members;
    for (const Calls *Node : *Component)
      if (Node->Caller && mayPromise(*Node->Caller))
        Members.push_back(Node->Caller);
    Cycle(Members, Component.hasCycle()).infer();
  }
}

uint64_t promisesOf(const Function &F) {
  uint64_t Promises = F.doesNotThrow() ? NoUnwind : 0;
  for (const Argument &A : F.args())
    if (isPromised(A))
      Promises |= encode(Fate::of(A)) << shiftOf(A);
  return Promises;
}

void addPromises(Function &F, uint64_t Promises) {
  if (Promises & NoUnwind)
    F.setDoesNotThrow();
  for (Argument &A : F.args())
    if (isPromised(A))
      (decode(Promises >> shiftOf(A)) & Fate::of(A)).note(A);
}
