// What functions promise their callers: see promises.cpp.

#ifndef PCG_SHIM_PROMISES_H
#define PCG_SHIM_PROMISES_H

#include "llvm/IR/Function.h"
#include "llvm/IR/Module.h"

#include <cstdint>

// Adds to each function of a whole module what its body shows that it promises.
void inferPromises(llvm::Module &M);

// What a function promises, in a form that fits any other module with that function; 0 is nothing.
uint64_t promisesOf(const llvm::Function &F);

// Notes on a function of another module what its body elsewhere promises.
void addPromises(llvm::Function &F, uint64_t Promises);

#endif
