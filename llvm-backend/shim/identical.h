// Functions of a module with the same body; not part of the shim's interface.

#ifndef PCG_SHIM_IDENTICAL_H
#define PCG_SHIM_IDENTICAL_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/IR/Function.h"

// Finds among `Candidates` the functions that do the same as an earlier one, and maps each to that one. Functions that
// differ only in which of two identical functions they use are identical, too.
//
// Uses of the mapped functions are replaced on the way, so the module is of no use afterwards.
llvm::DenseMap<llvm::Function *, llvm::Function *> findIdenticalFunctions(llvm::ArrayRef<llvm::Function *> Candidates);

#endif
