// Finds arguments that are the same constant in all calls of a function, such as the vtable of the only type that a
// function with a `&mut dyn Write` is ever given.
//
// In one unit, LLVM puts the constant in the place of the argument, knows which methods are called, and inlines them. A
// function that other units call may get anything for all that LLVM knows. So the constants are found for the whole
// module, and the unit that defines such a function is told.
//
// The rules are those of llvm/lib/Transforms/Utils/SCCPSolver.cpp for arguments: all uses of the function have to be
// calls; an argument that a function passes on is what its own calls pass, also to the function itself. Calls that are
// never executed count here, and undefined values are no constants.

#include "constants.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Analysis/ConstantFolding.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/GlobalVariable.h"
#include "llvm/IR/InstrTypes.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/Module.h"

using namespace llvm;

namespace {

// Nobody outside calls it, and its body may be optimised.
bool mayBeChanged(const Function &F) {
  return F.hasLocalLinkage() && !F.isVarArg() && !F.hasFnAttribute(Attribute::Naked) && !F.hasOptNone() &&
         !F.isPresplitCoroutine();
}

// If a call may only access memory through its arguments, a function that accesses a global does more than that.
bool isPlainCall(const Use &U) {
  const auto *Call = dyn_cast<CallBase>(U.getUser());
  if (!Call || !Call->isCallee(&U))
    return false;
  const auto *F = cast<Function>(U.get());
  return Call->getFunctionType() == F->getFunctionType() && Call->getCallingConv() == F->getCallingConv() &&
         !Call->isMustTailCall() && Call->getMemoryEffects() == MemoryEffects::unknown();
}

// Attributes that make an argument more than the value that calls pass.
bool isPlainArgument(const Argument &A) {
  for (Attribute::AttrKind Kind : {Attribute::ByVal, Attribute::ByRef, Attribute::StructRet, Attribute::InAlloca,
                                   Attribute::Preallocated, Attribute::Nest, Attribute::Returned,
                                   Attribute::SwiftSelf, Attribute::SwiftError, Attribute::SwiftAsync})
    if (A.hasAttribute(Kind))
      return false;
  const Type *Ty = A.getType();
  return Ty->isPointerTy() || (Ty->isIntegerTy() && Ty->getIntegerBitWidth() <= 64) || Ty->isHalfTy() ||
         Ty->isBFloatTy() || Ty->isFloatTy() || Ty->isDoubleTy();
}

// Whether a constant is the same in every unit, and can be told to another.
bool isPlainConstant(const Constant &C) {
  if (const auto *GV = dyn_cast<GlobalValue>(&C))
    return isa<Function, GlobalVariable>(GV) && !GV->isThreadLocal() &&
           (GV->hasLocalLinkage() || GV->hasExternalLinkage());
  return isa<ConstantInt, ConstantFP, ConstantPointerNull>(C);
}

// The constant that a value is, or that it is read from: rustc reads each half of a constant such as `None::<&str>` from
// a variable of its own.
Constant *asConstant(Value &V) {
  if (auto *C = dyn_cast<Constant>(&V))
    return C;
  auto *Load = dyn_cast<LoadInst>(&V);
  auto *Address = Load && Load->isSimple() ? dyn_cast<Constant>(Load->getPointerOperand()) : nullptr;
  return Address ? ConstantFoldLoadFromConstPtr(Address, Load->getType(), Load->getDataLayout()) : nullptr;
}

class ArgumentSolver {
  // What calls pass for an argument, as far as it is known.
  struct Passed {
    Constant *Value = nullptr;
    bool Varies = false;
    // Arguments of other functions for which it is passed on.
    SmallVector<const Argument *, 2> Followers;
  };

  const DenseMap<Function *, Function *> &Leaders;
  // For arguments of leaders; those that are missing may be anything, or are of no use.
  DenseMap<const Argument *, Passed> Known;
  SmallVector<const Argument *, 0> Changed;

public:
  explicit ArgumentSolver(const DenseMap<Function *, Function *> &Leaders) : Leaders(Leaders) {}

  void solve(ArrayRef<Function *> Functions) {
    for (const Function *F : Functions)
      if (mayBeChanged(*F) && all_of(F->uses(), isPlainCall))
        for (const Argument &A : F->args())
          if (!A.use_empty() && isPlainArgument(A))
            Known.try_emplace(&A);
    for (const Function *F : Functions) {
      auto Tracked = make_pointer_range(make_filter_range(F->args(), [&](auto &A) { return Known.contains(&A); }));
      SmallVector<const Argument *, 4> Arguments(Tracked);
      if (!Arguments.empty())
        for (const User *Call : F->users())
          for (const Argument *A : Arguments)
            pass(*A, *cast<CallBase>(Call)->getArgOperand(A->getArgNo()));
    }
    while (!Changed.empty()) {
      const Passed &Source = Known.find(Changed.pop_back_val())->second;
      for (const Argument *Follower : Source.Followers)
        merge(*Follower, Source.Varies ? nullptr : Source.Value);
    }
  }

  Constant *constantOf(const Argument &A) const {
    auto Found = Known.find(&sameOfLeader(A));
    return Found == Known.end() || Found->second.Varies ? nullptr : Found->second.Value;
  }

private:
  const Argument &sameOfLeader(const Argument &A) const {
    const Function *Leader = Leaders.lookup(const_cast<Function *>(A.getParent()));
    return Leader ? *Leader->getArg(A.getArgNo()) : A;
  }

  void pass(const Argument &A, Value &V) {
    if (const auto *Own = dyn_cast<Argument>(&V))
      if (auto Source = Known.find(&sameOfLeader(*Own)); Source != Known.end()) {
        Source->second.Followers.push_back(&A);
        return;
      }
    Constant *C = asConstant(V);
    merge(A, C && isPlainConstant(*C) ? C : nullptr);
  }

  // Adds a value that a call passes; null is one that is not constant.
  void merge(const Argument &A, Constant *Value) {
    Passed &To = Known.find(&A)->second;
    if (To.Varies || (Value && Value == To.Value))
      return;
    To.Varies = !Value || To.Value;
    To.Value = Value;
    Changed.push_back(&A);
  }
};

} // namespace

SmallVector<ConstantArgument, 0> findConstantArguments(ArrayRef<Function *> Candidates,
                                                       const DenseMap<Function *, Function *> &Leaders) {
  ArgumentSolver Solver(Leaders);
  Solver.solve(Candidates);
  SmallVector<ConstantArgument, 0> Found;
  for (Function *F : Candidates)
    for (Argument &A : F->args())
      if (Constant *Value = Solver.constantOf(A))
        Found.push_back({&A, Value});
  return Found;
}

void forEachCallee(const ConstantArgument &Known, function_ref<void(const Function &)> Visit) {
  const DataLayout &Layout = Known.A->getParent()->getDataLayout();
  auto VisitCalls = [&](const Value &Pointer, const Constant *Callee) {
    const auto *F = dyn_cast_or_null<Function>(Callee);
    for (const Use &U : Pointer.uses())
      if (const auto *Call = dyn_cast<CallBase>(U.getUser());
          F && Call && Call->isCallee(&U) && Call->getFunctionType() == F->getFunctionType())
        Visit(*F);
  };
  VisitCalls(*Known.A, Known.Value);
  auto *Vtable = dyn_cast<GlobalVariable>(Known.Value);
  if (!Vtable)
    return;
  SmallVector<std::pair<const Value *, APInt>, 4> Work;
  Work.push_back({Known.A, APInt(Layout.getIndexTypeSizeInBits(Vtable->getType()), 0)});
  while (!Work.empty()) {
    auto [Address, Offset] = Work.pop_back_val();
    for (const User *U : Address->users()) {
      if (const auto *Load = dyn_cast<LoadInst>(U); Load && Load->isSimple() && Load->getType()->isPointerTy()) {
        VisitCalls(*Load, ConstantFoldLoadFromConstPtr(Vtable, Load->getType(), Offset, Layout));
      } else if (const auto *Inner = dyn_cast<GetElementPtrInst>(U)) {
        APInt Sum = Offset;
        if (Inner->getType()->isPointerTy() && Inner->getPointerOperand() == Address &&
            Inner->accumulateConstantOffset(Layout, Sum))
          Work.push_back({Inner, Sum});
      }
    }
  }
}
