// What functions promise their callers: see promises.cpp.

#ifndef PCG_SHIM_PROMISES_H
#define PCG_SHIM_PROMISES_H

#include "llvm/ADT/SmallVector.h"
#include "llvm/IR/Function.h"

#include <cstdint>

// A function with a body, and those that it calls directly.
struct Calls {
  llvm::Function *Caller = nullptr;
  llvm::SmallVector<Calls *, 4> Callees;
};

// Adds to each function of a whole module what its body shows that it promises. The root is no function, and calls all.
void inferPromises(Calls &Root);

// What a function promises, in a form that fits any other module with that function; 0 is nothing.
uint64_t promisesOf(const llvm::Function &F);

// Notes on a function of another module what its body elsewhere promises.
void addPromises(llvm::Function &F, uint64_t Promises);

#endif
