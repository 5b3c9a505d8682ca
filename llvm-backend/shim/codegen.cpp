// rustc's target machine, pass pipeline and code generation.
//
// The settings are those of rustc 1.95 on linux-gnu: compiler/rustc_llvm/llvm-wrapper/PassWrapper.cpp and
// compiler/rustc_codegen_llvm/src/back/write.rs. With them one unit gives stock's machine code.

#include "common.h"

#include "llvm/Analysis/AliasAnalysis.h"
#include "llvm/Analysis/TargetLibraryInfo.h"
#include "llvm/Analysis/TargetTransformInfo.h"
#include "llvm/CodeGen/CommandFlags.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Verifier.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Passes/StandardInstrumentations.h"
#include "llvm/Support/SmallVectorMemoryBuffer.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/TargetParser/Host.h"
#include "llvm/Transforms/Scalar/AnnotationRemarks.h"
#include "llvm/Transforms/Utils/CanonicalizeAliases.h"
#include "llvm/Transforms/Utils/NameAnonGlobals.h"

#include <memory>
#include <optional>

using namespace llvm;

namespace {

OptimizationLevel passLevel(uint8_t Level) {
  switch (Level) {
  case 0:
    return OptimizationLevel::O0;
  case 1:
    return OptimizationLevel::O1;
  case 2:
    return OptimizationLevel::O2;
  case 3:
    return OptimizationLevel::O3;
  case 4:
    return OptimizationLevel::Os;
  default:
    return OptimizationLevel::Oz;
  }
}

CodeGenOptLevel codegenLevel(uint8_t Level) {
  switch (Level) {
  case 0:
    return CodeGenOptLevel::None;
  case 1:
    return CodeGenOptLevel::Less;
  case 3:
    return CodeGenOptLevel::Aggressive;
  default:
    return CodeGenOptLevel::Default;
  }
}

std::optional<CodeModel::Model> codeModel(uint8_t Model) {
  switch (Model) {
  case 1:
    return CodeModel::Tiny;
  case 2:
    return CodeModel::Small;
  case 3:
    return CodeModel::Kernel;
  case 4:
    return CodeModel::Medium;
  case 5:
    return CodeModel::Large;
  default:
    return std::nullopt;
  }
}

Reloc::Model relocation(uint8_t Model) {
  return Model == 0 ? Reloc::Static : Model == 2 ? Reloc::DynamicNoPIC : Reloc::PIC_;
}

std::string resolveCpu(const char *Cpu) {
  if (!Cpu)
    return "x86-64";
  return StringRef(Cpu) == "native" ? sys::getHostCPUName().str() : std::string(Cpu);
}

// The features of the whole crate. rustc writes them at the start of each function's own list, so they are the
// shortest one; functions carry theirs, and only module assembly depends on the machine's.
std::string crateFeatures(const Module &M) {
  std::optional<StringRef> Shortest;
  for (const Function &F : M) {
    if (F.isDeclaration())
      continue;
    StringRef Features = F.getFnAttribute("target-features").getValueAsString();
    if (!Shortest || Features.size() < Shortest->size())
      Shortest = Features;
  }
  return Shortest.value_or("").str();
}

TargetOptions targetOptions(const Triple &T) {
  TargetOptions Options = codegen::InitTargetOptionsFromCodeGenFlags(T);
  Options.DataSections = true;
  Options.FunctionSections = true;
  Options.UniqueSectionNames = true;
  Options.MCOptions.AsmVerbose = false;
  Options.MCOptions.PreserveAsmComments = true;
  Options.MCOptions.X86RelaxRelocations = false;
  Options.UseInitArray = true;
  Options.TrapUnreachable = true;
  Options.NoTrapAfterNoreturn = true;
  Options.EmitStackSizeSection = false;
  return Options;
}

ModulePassManager pipeline(PassBuilder &PB, const PcgSettings &Settings) {
  OptimizationLevel Level = passLevel(Settings.opt_level);
  ModulePassManager MPM;
  if (Level == OptimizationLevel::O0) {
    MPM = PB.buildO0DefaultPipeline(Level);
  } else if (Settings.embed_bitcode) {
    // Where stock embeds bitcode, it stops between the halves of the pipeline to write it.
    MPM.addPass(PB.buildThinLTOPreLinkDefaultPipeline(Level));
    MPM.addPass(PB.buildModuleOptimizationPipeline(Level, ThinOrFullLTOPhase::None));
    MPM.addPass(createModuleToFunctionPassAdaptor(AnnotationRemarksPass()));
  } else {
    MPM = PB.buildPerModuleDefaultPipeline(Level);
  }
  MPM.addPass(CanonicalizeAliasesPass());
  MPM.addPass(NameAnonGlobalPass());
  return MPM;
}

} // namespace

// No variable with a constructor of its own, which would run, and need libLLVM, in executables that never call LLVM.
extern "C" void pcg_register_options() { static codegen::RegisterCodeGenFlags CodeGenFlags; }

extern "C" LLVMTargetMachineRef pcg_target_machine(LLVMModuleRef Module, const PcgSettings *Settings, char **Error) {
  llvm::Module &M = *unwrap(Module);
  const Triple &T = M.getTargetTriple();
  std::string Message;
  const Target *TheTarget = TargetRegistry::lookupTarget(T, Message);
  if (!TheTarget) {
    setError(Error, Message);
    return nullptr;
  }
  TargetMachine *Machine = TheTarget->createTargetMachine(
      T, resolveCpu(Settings->cpu), crateFeatures(M), targetOptions(T), relocation(Settings->relocation),
      codeModel(Settings->code_model), codegenLevel(Settings->opt_level));
  if (!Machine)
    setError(Error, "LLVM has no target machine for " + T.str());
  return reinterpret_cast<LLVMTargetMachineRef>(Machine);
}

extern "C" bool pcg_optimise(LLVMModuleRef Module, LLVMTargetMachineRef MachineRef, const PcgSettings *Settings,
                             char **Error) {
  llvm::Module &M = *unwrap(Module);
  auto *Machine = reinterpret_cast<TargetMachine *>(MachineRef);
  if (Settings->verify) {
    std::string Message;
    raw_string_ostream Stream(Message);
    if (verifyModule(M, &Stream)) {
      setError(Error, Message);
      return false;
    }
  }

  uint8_t Level = Settings->opt_level;
  PipelineTuningOptions Tuning;
  Tuning.LoopUnrolling = Level <= 3;
  Tuning.LoopInterleaving = Level <= 3;
  Tuning.LoopVectorization = (Level == 2 || Level == 3) && !Settings->no_vectorize_loops;
  Tuning.SLPVectorization = Level == 3 && !Settings->no_vectorize_slp;
  Tuning.MergeFunctions = Level >= 2;

  PassInstrumentationCallbacks Callbacks;
  PassBuilder PB(Machine, Tuning, std::nullopt, &Callbacks);
  LoopAnalysisManager LAM;
  FunctionAnalysisManager FAM;
  CGSCCAnalysisManager CGAM;
  ModuleAnalysisManager MAM;
  StandardInstrumentations Instrumentations(M.getContext(), /*DebugLogging=*/false);
  Instrumentations.registerCallbacks(Callbacks, &MAM);
  FAM.registerPass([&] { return PB.buildDefaultAAPipeline(); });
  TargetLibraryInfoImpl Library(M.getTargetTriple());
  FAM.registerPass([&] { return TargetLibraryAnalysis(Library); });
  PB.registerModuleAnalyses(MAM);
  PB.registerCGSCCAnalyses(CGAM);
  PB.registerFunctionAnalyses(FAM);
  PB.registerLoopAnalyses(LAM);
  PB.crossRegisterProxies(LAM, FAM, CGAM, MAM);

  pipeline(PB, *Settings).run(M, MAM);
  return true;
}

extern "C" LLVMMemoryBufferRef pcg_emit_object(LLVMModuleRef Module, LLVMTargetMachineRef MachineRef, char **Error) {
  llvm::Module &M = *unwrap(Module);
  auto *Machine = reinterpret_cast<TargetMachine *>(MachineRef);
  legacy::PassManager Passes;
  Passes.add(createTargetTransformInfoWrapperPass(Machine->getTargetIRAnalysis()));
  Passes.add(new TargetLibraryInfoWrapperPass(TargetLibraryInfoImpl(M.getTargetTriple())));
  SmallVector<char, 0> Bytes;
  raw_svector_ostream Stream(Bytes);
  if (Machine->addPassesToEmitFile(Passes, Stream, nullptr, CodeGenFileType::ObjectFile, /*DisableVerify=*/true)) {
    setError(Error, "LLVM cannot emit objects for " + M.getTargetTriple().str());
    return nullptr;
  }
  Passes.run(M);
  return wrap(new SmallVectorMemoryBuffer(std::move(Bytes), "object", /*RequiresNullTerminator=*/false));
}
