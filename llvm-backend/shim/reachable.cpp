// Which blocks a function still has once LLVM has folded its comparisons of constants.
//
// Generic code asks what it was instantiated with: `TypeId::of::<T>() == TypeId::of::<i64>()`. What it compares is
// constant, but before optimisation one side is often in a slot that a call of `Any::type_id` fills. A function that
// takes one of twenty ways by such questions is small when LLVM's inliner comes to it.

#include "reachable.h"

#include "llvm/ADT/SmallVector.h"
#include "llvm/Analysis/ConstantFolding.h"
#include "llvm/IR/CFG.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/DataLayout.h"
#include "llvm/IR/InstrTypes.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/Module.h"

using namespace llvm;

namespace {

// Of a slot that is looked at.
constexpr unsigned MostUses = 16;

// The variable whose content a function copies to where its result goes, if it does nothing else.
const GlobalVariable *copiedResult(const Function &F, unsigned Result) {
  if (F.isDeclaration())
    return nullptr;
  const GlobalVariable *Source = nullptr;
  for (const Instruction &I : F.getEntryBlock()) {
    if (const auto *Copy = dyn_cast<MemCpyInst>(&I); Copy && !Source && Copy->getRawDest() == F.getArg(Result))
      Source = dyn_cast<GlobalVariable>(Copy->getRawSource());
    else if (!isa<ReturnInst>(I))
      return nullptr;
  }
  return Source;
}

// The variable with whose content a slot is filled, once and for all. Slots with many uses are not looked at, as each
// comparison asks again.
const GlobalVariable *contentOf(const AllocaInst &Slot) {
  if (Slot.hasNUsesOrMore(MostUses + 1))
    return nullptr;
  const GlobalVariable *Content = nullptr;
  for (const Use &U : Slot.uses()) {
    if (isa<LoadInst>(U.getUser()))
      continue;
    const auto *Call = dyn_cast<CallBase>(U.getUser());
    if (!Call || !Call->isArgOperand(&U))
      return nullptr;
    if (Call->isLifetimeStartOrEnd())
      continue;
    unsigned Argument = Call->getArgOperandNo(&U);
    const GlobalVariable *Source = nullptr;
    if (const auto *Copy = dyn_cast<MemCpyInst>(Call))
      Source = dyn_cast<GlobalVariable>(Copy->getRawSource());
    else if (const Function *Callee = Call->getCalledFunction(); Callee && Argument < Callee->arg_size())
      Source = copiedResult(*Callee, Argument);
    if (!Source || (Content && Content != Source))
      return nullptr;
    Content = Source;
  }
  return Content;
}

Constant *known(Value *V, const DataLayout &Layout) {
  if (auto *C = dyn_cast<Constant>(V))
    return C;
  auto *Load = dyn_cast<LoadInst>(V);
  if (!Load)
    return nullptr;
  const GlobalVariable *Source = dyn_cast<GlobalVariable>(Load->getPointerOperand());
  if (const auto *Slot = dyn_cast<AllocaInst>(Load->getPointerOperand()))
    Source = contentOf(*Slot);
  if (!Source || !Source->isConstant() || !Source->hasDefinitiveInitializer())
    return nullptr;
  return ConstantFoldLoadFromConst(const_cast<Constant *>(Source->getInitializer()), Load->getType(), Layout);
}

// The block that a conditional branch always goes to.
const BasicBlock *onlySuccessor(const BranchInst &Branch) {
  const auto *Condition = dyn_cast<ConstantInt>(Branch.getCondition());
  if (const auto *Compare = dyn_cast<ICmpInst>(Branch.getCondition())) {
    const DataLayout &Layout = Branch.getDataLayout();
    Constant *Left = known(Compare->getOperand(0), Layout);
    Constant *Right = Left ? known(Compare->getOperand(1), Layout) : nullptr;
    if (Right)
      Condition = dyn_cast_or_null<ConstantInt>(
          ConstantFoldCompareInstOperands(Compare->getPredicate(), Left, Right, Layout));
  }
  return Condition ? Branch.getSuccessor(Condition->isZero() ? 1 : 0) : nullptr;
}

} // namespace

ReachableBlocks::ReachableBlocks(const Function &F) {
  SmallVector<const BasicBlock *, 16> Work(1, &F.getEntryBlock());
  Blocks.insert(Work.front());
  auto Reach = [&](const BasicBlock *B) {
    if (Blocks.insert(B).second)
      Work.push_back(B);
  };
  while (!Work.empty()) {
    const BasicBlock *B = Work.pop_back_val();
    const auto *Branch = dyn_cast<BranchInst>(B->getTerminator());
    if (const BasicBlock *Only = Branch && Branch->isConditional() ? onlySuccessor(*Branch) : nullptr)
      Reach(Only);
    else
      for (const BasicBlock *Next : successors(B))
        Reach(Next);
  }
}
