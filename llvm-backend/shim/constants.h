// Arguments that are the same constant in all calls: see constants.cpp.

#ifndef PCG_SHIM_CONSTANTS_H
#define PCG_SHIM_CONSTANTS_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/IR/Function.h"

struct ConstantArgument {
  llvm::Argument *A;
  // A function or variable, null, an integer of at most 64 bits, or a floating-point number of at most 64 bits.
  llvm::Constant *Value;
};

// Finds the arguments of `Candidates`, local functions of a whole module, that all calls give the same constant, in the
// order of the candidates. Functions with a leader count as one function with it: their uses are its uses already.
llvm::SmallVector<ConstantArgument, 0>
findConstantArguments(llvm::ArrayRef<llvm::Function *> Candidates,
                      const llvm::DenseMap<llvm::Function *, llvm::Function *> &Leaders);

// Visits the callee of each call whose callee follows from a constant argument: it is the argument, or the method that
// it has at a constant offset if it is a vtable.
void forEachCallee(const ConstantArgument &Known, llvm::function_ref<void(const llvm::Function &)> Visit);

#endif
