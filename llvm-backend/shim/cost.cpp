// What unoptimised instructions are worth once a function is simplified.
//
// Most of them go away: stack slots become registers, casts and constant offsets become parts of other instructions.
// What stays follows from a few kinds of instructions. The weights are fitted to the costs in LLVM's inline remarks for
// serde_json, toml_edit, regex-automata, clap_builder, miniz_oxide and image at -O3; for other crates they hold as well:
// the mean error of a function's size, with what is inlined into it, is a factor of 1.4 for both.

#include "cost.h"

#include "llvm/IR/Instructions.h"
#include "llvm/IR/IntrinsicInst.h"

using namespace llvm;

namespace {

constexpr unsigned Load = 2;
constexpr unsigned Store = 1;
constexpr unsigned VariableOffset = 4;
constexpr unsigned MemoryTransfer = 20;
constexpr unsigned Intrinsic = 4;
constexpr unsigned CallArgument = 2;
constexpr unsigned ConditionalBranch = 3;
constexpr unsigned SwitchCase = 3;

// Slots become registers, whole or in parts.
bool isSlot(const Value *Pointer) { return isa<AllocaInst>(Pointer->stripInBoundsConstantOffsets()); }

unsigned weighCall(const CallBase &Call) {
  if (const auto *Transfer = dyn_cast<MemTransferInst>(&Call))
    return isSlot(Transfer->getRawDest()) || isSlot(Transfer->getRawSource()) ? 0 : MemoryTransfer;
  if (const auto *Set = dyn_cast<MemSetInst>(&Call))
    return isSlot(Set->getRawDest()) ? 0 : MemoryTransfer;
  if (const auto *Known = dyn_cast<IntrinsicInst>(&Call))
    return Known->isAssumeLikeIntrinsic() ? 0 : Intrinsic;
  return CallArgument * Call.arg_size();
}

unsigned weigh(const Instruction &I) {
  if (const auto *L = dyn_cast<LoadInst>(&I))
    return isSlot(L->getPointerOperand()) ? 0 : Load;
  if (const auto *S = dyn_cast<StoreInst>(&I))
    return isSlot(S->getPointerOperand()) ? 0 : Store;
  if (const auto *Address = dyn_cast<GetElementPtrInst>(&I))
    return Address->hasAllConstantIndices() ? 0 : VariableOffset;
  if (const auto *Call = dyn_cast<CallBase>(&I))
    return weighCall(*Call);
  if (const auto *Branch = dyn_cast<BranchInst>(&I))
    return Branch->isConditional() ? ConditionalBranch : 0;
  if (const auto *Switch = dyn_cast<SwitchInst>(&I))
    return SwitchCase * Switch->getNumCases();
  return 0;
}

} // namespace

uint32_t simplifiedCost(const Function &F, const ReachableBlocks &Reachable) {
  uint64_t Cost = 0;
  for (const BasicBlock &B : F)
    if (Reachable.contains(B))
      for (const Instruction &I : B)
        Cost += weigh(I);
  return std::min<uint64_t>(Cost, UINT32_MAX);
}
