// What a function costs the inliner; not part of the shim's interface.

#ifndef PCG_SHIM_COST_H
#define PCG_SHIM_COST_H

#include "reachable.h"

#include "llvm/IR/Function.h"

// The cost that LLVM's inliner is expected to find in a function's own instructions when they have been simplified, in
// the units of llvm/Analysis/InlineCost.h (5 for an instruction). Calls are not counted, their arguments are, and neither
// is what is not reached.
uint32_t simplifiedCost(const llvm::Function &F, const ReachableBlocks &Reachable);

#endif
