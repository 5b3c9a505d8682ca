// The blocks of a function that are left once its comparisons of constants are folded.

#ifndef PCG_REACHABLE_H
#define PCG_REACHABLE_H

#include "llvm/ADT/SmallPtrSet.h"
#include "llvm/IR/Function.h"

class ReachableBlocks {
  llvm::SmallPtrSet<const llvm::BasicBlock *, 16> Blocks;

public:
  explicit ReachableBlocks(const llvm::Function &F);

  bool contains(const llvm::BasicBlock &B) const { return Blocks.contains(&B); }
};

#endif
