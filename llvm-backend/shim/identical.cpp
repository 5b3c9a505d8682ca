// Finds functions with the same body before anything is optimised.
//
// Generic code is full of them: `Vec<u32>::push` and `Vec<i32>::push`, drops of references, iterators over items of the
// same size. LLVM's MergeFunctions finds those that are left after optimisation, when they have been paid for.
//
// Candidates are put into buckets by a hash of what they consist of, and those of one bucket are compared by LLVM's own
// FunctionComparator, as MergeFunctions does it. A function that is found to be identical is replaced in its users,
// which are then looked at again: they may have become identical to something, too.

#include "identical.h"

#include "llvm/ADT/Hashing.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/SmallPtrSet.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/Operator.h"
#include "llvm/Transforms/Utils/FunctionComparator.h"

using namespace llvm;

namespace {

class Search {
  ArrayRef<Function *> Candidates;
  // The position of each candidate: what is done in the order of pointers is not done in the same order twice.
  DenseMap<const Function *, unsigned> Positions;
  // Of each function that is in a bucket, its hash.
  DenseMap<Function *, size_t> Hashes;
  DenseMap<size_t, SmallVector<Function *, 1>> Buckets;
  IdenticalFunctions Found;

public:
  explicit Search(ArrayRef<Function *> Candidates) : Candidates(Candidates) {
    for (auto [Position, F] : enumerate(Candidates))
      Positions.try_emplace(F, Position);
  }

  IdenticalFunctions find() {
    SmallVector<Function *, 0> Pending(Candidates);
    while (!Pending.empty()) {
      SetVector<Function *> Changed;
      for (Function *F : Pending)
        visit(*F, Changed);
      Pending.assign(Changed.begin(), Changed.end());
      erase_if(Pending, [&](Function *F) { return Found.Leaders.contains(F); });
      sort(Pending, [&](Function *A, Function *B) { return Positions.lookup(A) < Positions.lookup(B); });
      for (Function *F : Pending)
        forget(*F);
    }
    // A leader may have found a leader of its own later on.
    for (auto &[F, Leader] : Found.Leaders)
      while (Function *Next = Found.Leaders.lookup(Leader))
        Leader = Next;
    return std::move(Found);
  }

private:
  void visit(Function &F, SetVector<Function *> &Changed) {
    size_t Hash = hash(F);
    SmallVector<Function *, 1> &Bucket = Buckets[Hash];
    for (Function *Other : Bucket) {
      GlobalNumberState Numbers;
      if (FunctionComparator(&F, Other, &Numbers).compare() == 0)
        return replace(F, *Other, Changed);
    }
    Bucket.push_back(&F);
    Hashes[&F] = Hash;
  }

  void replace(Function &F, Function &Leader, SetVector<Function *> &Changed) {
    collectUsers(F, Changed);
    if (all_of(F.users(), [](const User *U) { return isa<Instruction>(U); }))
      for (Use &U : F.uses())
        Found.Replaced.push_back({&U, &F});
    else
      Found.Merged.push_back(&F);
    F.replaceAllUsesWith(&Leader);
    Found.Leaders[&F] = &Leader;
  }

  // The candidates that use a function, directly or through constants.
  void collectUsers(const Value &Root, SetVector<Function *> &Found) {
    SmallVector<const Value *, 8> Work(1, &Root);
    SmallPtrSet<const Value *, 8> Seen;
    while (!Work.empty())
      for (const User *U : Work.pop_back_val()->users()) {
        if (auto *I = dyn_cast<Instruction>(U)) {
          if (auto *F = const_cast<Function *>(I->getFunction()); Positions.contains(F))
            Found.insert(F);
        } else if (isa<Constant>(U) && !isa<GlobalValue>(U) && Seen.insert(U).second) {
          Work.push_back(U);
        }
      }
  }

  // Its content is another one now.
  void forget(Function &F) {
    auto Entry = Hashes.find(&F);
    if (Entry == Hashes.end())
      return;
    erase(Buckets[Entry->second], &F);
    Hashes.erase(Entry);
  }

  // Types, constants and attributes are unique in a context, so their addresses stand for them.
  static size_t hash(const Function &F) {
    hash_code Hash = hash_combine(F.getFunctionType(), F.getAttributes().getRawPointer(), F.size());
    for (const Instruction &I : instructions(F)) {
      Hash = hash_combine(Hash, I.getOpcode(), I.getType(), I.getNumOperands(), I.getRawSubclassOptionalData());
      if (auto *Compare = dyn_cast<CmpInst>(&I))
        Hash = hash_combine(Hash, Compare->getPredicate());
      else if (auto *Address = dyn_cast<GetElementPtrInst>(&I))
        Hash = hash_combine(Hash, Address->getSourceElementType());
      else if (auto *Slot = dyn_cast<AllocaInst>(&I))
        Hash = hash_combine(Hash, Slot->getAllocatedType());
      else if (auto *Call = dyn_cast<CallBase>(&I))
        Hash = hash_combine(Hash, Call->getAttributes().getRawPointer());
      for (const Value *Operand : I.operand_values())
        if (auto *Parameter = dyn_cast<Argument>(Operand))
          Hash = hash_combine(Hash, Parameter->getArgNo());
        else if (isa<Constant>(Operand) && Operand != &F)
          Hash = hash_combine(Hash, Operand);
    }
    return Hash;
  }
};

} // namespace

void IdenticalFunctions::restore() {
  // The order of a function's uses is that of before, too.
  for (auto [U, F] : reverse(Replaced))
    U->set(F);
}

IdenticalFunctions findIdenticalFunctions(ArrayRef<Function *> Candidates) { return Search(Candidates).find(); }
