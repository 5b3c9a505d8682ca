// Makes one unit of a module: the bodies it defines, imports and copies; everything else is declared or dropped.

#include "common.h"
#include "promises.h"

#include "llvm/ADT/SmallPtrSet.h"
#include "llvm/Bitcode/BitcodeReader.h"
#include "llvm/Bitcode/BitcodeWriter.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/DebugInfoMetadata.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/SmallVectorMemoryBuffer.h"
#include "llvm/Transforms/Utils/ModuleUtils.h"

using namespace llvm;

namespace {

class UnitCutter {
  Module &M;
  const uint8_t *Actions;
  size_t ActionCount;
  const uint64_t *Promises;
  ArrayRef<PcgReplaced> Replaced;
  ArrayRef<PcgConstant> Constants;
  bool First;
  std::string Problem;
  // Items that are not this unit's, with what became of each: they are dropped once nothing refers to them.
  SmallVector<std::pair<GlobalValue *, bool /*Reachable*/>, 0> Foreign;
  SmallPtrSet<GlobalValue *, 16> Defined;

public:
  UnitCutter(Module &M, const uint8_t *Actions, size_t ActionCount, const uint64_t *Promises,
             ArrayRef<PcgReplaced> Replaced, ArrayRef<PcgConstant> Constants, bool First)
      : M(M), Actions(Actions), ActionCount(ActionCount), Promises(Promises), Replaced(Replaced), Constants(Constants),
        First(First) {}

  // Returns an error message, empty if all went well.
  std::string cut() {
    if (Error E = M.materializeMetadata())
      return toString(std::move(E));
    // What holds symbols alive is taken apart before its elements change.
    SmallVector<GlobalValue *, 8> Used, CompilerUsed;
    takeUsedArray(Used, /*CompilerUsed=*/false);
    takeUsedArray(CompilerUsed, /*CompilerUsed=*/true);

    SmallVector<std::pair<GlobalValue *, uint8_t>, 0> Items;
    forEachDefinition(M, [&](GlobalValue &GV) {
      Items.push_back({&GV, Items.size() < ActionCount ? Actions[Items.size()] : uint8_t(PCG_DECLARE)});
    });
    if (Items.size() != ActionCount)
      return "the module has " + std::to_string(Items.size()) + " items where its graph has " +
             std::to_string(ActionCount);
    // Before anything is read that could refer to them.
    for (const PcgReplaced &R : Replaced)
      replace(cast<Function>(*Items[R.item].first), *Items[R.substitute].first);
    for (auto [GV, Action] : Items)
      apply(*GV, Action & 3, Action & PCG_PROMOTED);
    if (!Problem.empty())
      return Problem;

    if (!First) {
      M.setModuleInlineAsm("");
      for (const char *Name : {"llvm.ident", "llvm.commandline", "llvm.linker.options", "llvm.dependent-libraries"})
        if (NamedMDNode *Node = M.getNamedMetadata(Name))
          M.eraseNamedMetadata(Node);
    }
    if (Error E = M.materializeAll())
      return toString(std::move(E));
    appendToUsed(M, defined(Used));
    appendToCompilerUsed(M, defined(CompilerUsed));
    note(Items);
    setArguments(Items);
    dropUnused();
    trimDebugInfo();
    return Problem;
  }

private:
  void takeUsedArray(SmallVectorImpl<GlobalValue *> &Elements, bool CompilerUsed) {
    if (GlobalVariable *Array = collectUsedGlobalVariables(M, Elements, CompilerUsed))
      Array->eraseFromParent();
  }

  SmallVector<GlobalValue *, 8> defined(ArrayRef<GlobalValue *> Elements) {
    SmallVector<GlobalValue *, 8> Kept;
    for (GlobalValue *GV : Elements)
      if (Defined.contains(GV))
        Kept.push_back(GV);
    return Kept;
  }

  void apply(GlobalValue &GV, uint8_t Action, bool Promoted) {
    if (Action == PCG_DECLARE)
      return declare(GV, Promoted);
    if (Error E = GV.materialize()) {
      Problem = toString(std::move(E));
      return;
    }
    if (Action == PCG_DEFINE) {
      Defined.insert(&GV);
      // Other units may use it, and this one may not.
      if (GV.hasLinkOnceLinkage())
        GV.setLinkage(GlobalValue::getWeakLinkage(GV.hasLinkOnceODRLinkage()));
    }
    if (Action == PCG_COPY)
      return;
    if (Promoted)
      promote(GV);
    if (Action == PCG_IMPORT) {
      auto &Body = cast<Function>(GV);
      Body.setLinkage(GlobalValue::AvailableExternallyLinkage);
      Body.setComdat(nullptr);
    }
  }

  // Its uses that are yet to be read are another's, too: the reader's table of values follows the replacement.
  static void replace(Function &F, GlobalValue &Substitute) {
    F.deleteBody();
    F.replaceAllUsesWith(&Substitute);
  }

  // A local symbol's linkage has to change before its visibility.
  static void promote(GlobalValue &GV) {
    GV.setLinkage(GlobalValue::ExternalLinkage);
    GV.setVisibility(GlobalValue::HiddenVisibility);
  }

  void declare(GlobalValue &GV, bool Promoted) {
    bool Reachable = Promoted || !GV.hasLocalLinkage();
    if (auto *F = dyn_cast<Function>(&GV)) {
      F->deleteBody();
      F->setComdat(nullptr);
    } else if (auto *V = dyn_cast<GlobalVariable>(&GV)) {
      V->setInitializer(nullptr);
      V->setLinkage(GlobalValue::ExternalLinkage);
      V->setComdat(nullptr);
      V->clearMetadata();
    } else {
      return declareIndirect(GV, Promoted, Reachable);
    }
    if (Promoted)
      promote(GV);
    Foreign.push_back({&GV, Reachable});
  }

  // An alias or ifunc cannot be a declaration: what refers to it refers to a function or variable of that name.
  void declareIndirect(GlobalValue &GV, bool Promoted, bool Reachable) {
    GlobalValue *Declaration;
    if (auto *Type = dyn_cast<FunctionType>(GV.getValueType()))
      Declaration = Function::Create(Type, GlobalValue::ExternalLinkage, GV.getAddressSpace(), "", &M);
    else
      Declaration = new GlobalVariable(M, GV.getValueType(), /*isConstant=*/false, GlobalValue::ExternalLinkage,
                                       nullptr, "", nullptr, GV.getThreadLocalMode(), GV.getAddressSpace());
    Declaration->takeName(&GV);
    Declaration->setVisibility(Promoted ? GlobalValue::HiddenVisibility : GV.getVisibility());
    GV.replaceAllUsesWith(Declaration);
    GV.eraseFromParent();
    Foreign.push_back({Declaration, Reachable});
  }

  // Tells of functions that the unit does not define what they promise. LLVM infers nothing from an imported body, in
  // whose place another one could be linked for all that it knows.
  void note(ArrayRef<std::pair<GlobalValue *, uint8_t>> Items) {
    if (!Promises)
      return;
    for (auto [Id, Item] : enumerate(Items)) {
      auto [GV, Action] = Item;
      bool IsDefined = (Action & 3) == PCG_DEFINE || (Action & 3) == PCG_COPY;
      // Only functions promise anything, and what was not one may be gone by now.
      if (!IsDefined && Promises[Id] && !GV->use_empty())
        addPromises(*cast<Function>(GV), Promises[Id]);
    }
  }

  // Puts constants in the place of arguments of functions that the unit defines. LLVM does the same, with debug
  // information as with anything else, if it sees all calls.
  void setArguments(ArrayRef<std::pair<GlobalValue *, uint8_t>> Items) {
    for (const PcgConstant &C : Constants) {
      auto [GV, Action] = Items[C.function];
      if ((Action & 3) != PCG_DEFINE)
        continue;
      Argument *A = cast<Function>(GV)->getArg(C.argument);
      A->replaceAllUsesWith(C.item == PCG_NO_ITEM ? number(C.bits, A->getType()) : Items[C.item].first);
    }
  }

  static Constant *number(uint64_t Bits, Type *Ty) {
    if (Ty->isPointerTy())
      return Constant::getNullValue(Ty);
    APInt Number(Ty->getPrimitiveSizeInBits(), Bits);
    if (Ty->isIntegerTy())
      return ConstantInt::get(Ty, Number);
    return ConstantFP::get(Ty, APFloat(Ty->getFltSemantics(), Number));
  }

  // Declarations that nothing refers to cost time in every pass. A local item that is still referred to could not be
  // resolved by any linker, so the unit is refused.
  void dropUnused() {
    for (auto [GV, Reachable] : Foreign) {
      GV->removeDeadConstantUsers();
      if (GV->use_empty())
        GV->eraseFromParent();
      else if (!Reachable)
        Problem = "the local item " + GV->getName().str() + " is used by a unit that has no body of it";
    }
    for (Function &F : make_early_inc_range(M.functions()))
      if (F.isDeclaration() && F.use_empty())
        F.eraseFromParent();
  }

  // Every unit is a compile unit of its own; what a compile unit lists without a user goes to the first one.
  void trimDebugInfo() {
    SmallPtrSet<DIGlobalVariable *, 16> Attached;
    for (GlobalVariable &V : M.globals()) {
      SmallVector<DIGlobalVariableExpression *, 1> Expressions;
      V.getDebugInfo(Expressions);
      for (auto *Expression : Expressions)
        Attached.insert(Expression->getVariable());
    }
    for (DICompileUnit *Unit : M.debug_compile_units()) {
      if (!First) {
        Unit->replaceEnumTypes(nullptr);
        Unit->replaceRetainedTypes(nullptr);
        Unit->replaceImportedEntities(nullptr);
        Unit->replaceMacros(nullptr);
      }
      SmallVector<Metadata *, 16> Kept;
      for (DIGlobalVariableExpression *Expression : Unit->getGlobalVariables())
        if (Attached.contains(Expression->getVariable()))
          Kept.push_back(Expression);
      Unit->replaceGlobalVariables(MDTuple::get(M.getContext(), Kept));
    }
  }
};

// Hands everything that LLVM reports about a unit to Rust. LLVM's own handler would end the process on an error.
struct UnitDiagnostics final : DiagnosticHandler {
  PcgOnDiagnostic OnDiagnostic;
  PcgOnInlined OnInlined;
  void *Opaque;

  UnitDiagnostics(PcgOnDiagnostic OnDiagnostic, PcgOnInlined OnInlined, void *Opaque)
      : OnDiagnostic(OnDiagnostic), OnInlined(OnInlined), Opaque(Opaque) {}

  bool isPassedOptRemarkEnabled(StringRef PassName) const override { return OnInlined && PassName == "inline"; }
  bool isAnyRemarkEnabled() const override { return OnInlined; }

  bool handleDiagnostics(const DiagnosticInfo &Info) override {
    if (auto *Remark = dyn_cast<DiagnosticInfoOptimizationBase>(&Info)) {
      reportInlined(*Remark);
      return true;
    }
    std::string Text;
    raw_string_ostream Stream(Text);
    DiagnosticPrinterRawOStream Printer(Stream);
    Info.print(Printer);
    OnDiagnostic(Opaque, static_cast<LLVMDiagnosticSeverity>(Info.getSeverity()), Text.data(), Text.size());
    return true;
  }

private:
  void reportInlined(const DiagnosticInfoOptimizationBase &Remark) const {
    if (!OnInlined || Remark.getRemarkName() != "Inlined")
      return;
    StringRef Callee, Caller;
    for (const auto &Argument : Remark.getArgs()) {
      if (Argument.Key == "Callee")
        Callee = Argument.Val;
      else if (Argument.Key == "Caller")
        Caller = Argument.Val;
    }
    OnInlined(Opaque, Caller.data(), Caller.size(), Callee.data(), Callee.size());
  }
};

} // namespace

extern "C" void pcg_context_prepare(LLVMContextRef Context, PcgOnDiagnostic OnDiagnostic, PcgOnInlined OnInlined,
                                    void *Opaque) {
  LLVMContext &C = *unwrap(Context);
  C.setDiscardValueNames(true);
  C.setDiagnosticHandler(std::make_unique<UnitDiagnostics>(OnDiagnostic, OnInlined, Opaque));
}

// The module, or null with the error set.
static LLVMModuleRef handOver(Expected<std::unique_ptr<Module>> M, char **Error) {
  if (M)
    return wrap(M->release());
  setError(Error, toString(M.takeError()));
  return nullptr;
}

extern "C" LLVMModuleRef pcg_module_read(LLVMContextRef Context, const char *Bitcode, size_t Length, char **Error) {
  return handOver(parseBitcodeFile(MemoryBufferRef(StringRef(Bitcode, Length), "crate"), *unwrap(Context)), Error);
}

// Bodies are read when they are asked for, and of metadata, most of which is debug information, what they refer to. LLVM
// can do the latter only where metadata is put off until it is materialised.
extern "C" LLVMModuleRef pcg_module_open(LLVMContextRef Context, const char *Bitcode, size_t Length, char **Error) {
  return handOver(getLazyBitcodeModule(MemoryBufferRef(StringRef(Bitcode, Length), "crate"), *unwrap(Context),
                                       /*ShouldLazyLoadMetadata=*/true, /*IsImporting=*/true),
                  Error);
}

extern "C" bool pcg_module_cut(LLVMModuleRef Module, const uint8_t *Actions, size_t ActionCount,
                               const uint64_t *Promises, const PcgReplaced *Replaced, size_t ReplacedCount,
                               const PcgConstant *Constants, size_t ConstantCount, bool First, char **Error) {
  UnitCutter Cutter(*unwrap(Module), Actions, ActionCount, Promises, ArrayRef(Replaced, ReplacedCount),
                    ArrayRef(Constants, ConstantCount), First);
  std::string Problem = Cutter.cut();
  if (!Problem.empty())
    setError(Error, Problem);
  return Problem.empty();
}

extern "C" void pcg_module_add_ident(LLVMModuleRef Module, const char *Text, size_t Length) {
  llvm::Module &M = *unwrap(Module);
  LLVMContext &C = M.getContext();
  M.getOrInsertNamedMetadata("llvm.ident")->addOperand(MDNode::get(C, MDString::get(C, StringRef(Text, Length))));
}

extern "C" uint64_t pcg_module_instructions(LLVMModuleRef Module) { return unwrap(Module)->getInstructionCount(); }

extern "C" LLVMMemoryBufferRef pcg_write_bitcode(LLVMModuleRef Module) {
  SmallVector<char, 0> Bytes;
  raw_svector_ostream Stream(Bytes);
  WriteBitcodeToFile(*unwrap(Module), Stream);
  return wrap(new SmallVectorMemoryBuffer(std::move(Bytes), "unit", /*RequiresNullTerminator=*/false));
}
