// Functions of a module with the same body; not part of the shim's interface.

#ifndef PCG_SHIM_IDENTICAL_H
#define PCG_SHIM_IDENTICAL_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/IR/Function.h"

#include <utility>

// What `findIdenticalFunctions` finds and does.
struct IdenticalFunctions {
  // Functions that do the same as an earlier one, with that one.
  llvm::DenseMap<llvm::Function *, llvm::Function *> Leaders;
  // Uses of the former that are uses of another function now, in the order in which they were replaced.
  llvm::SmallVector<std::pair<llvm::Use *, llvm::Function *>, 0> Replaced;
  // The functions whose uses cannot be given back, as constants refer to them.
  llvm::SmallVector<llvm::Function *, 0> Merged;

  // Gives the uses back.
  void restore();
};

// Finds among `Candidates` the functions that do the same as an earlier one. Functions that differ only in which of two
// identical functions they use are identical, too, so uses are replaced on the way.
IdenticalFunctions findIdenticalFunctions(llvm::ArrayRef<llvm::Function *> Candidates);

#endif
