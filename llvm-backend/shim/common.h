// Shared by the shim's files; not part of its interface.

#ifndef PCG_SHIM_COMMON_H
#define PCG_SHIM_COMMON_H

#include "pcg.h"

#include "llvm/Config/llvm-config.h"
#include "llvm/IR/DiagnosticInfo.h"
#include "llvm/IR/DiagnosticPrinter.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/raw_ostream.h"

#include <string>

// The patch level of headers and library may differ, the layout of LLVM's classes may not.
static_assert(LLVM_VERSION_MAJOR == 22 && LLVM_VERSION_MINOR == 1, "pcg needs the headers of LLVM 22.1");

inline void setError(char **Error, const std::string &Message) { *Error = LLVMCreateMessage(Message.c_str()); }

// The arrays that keep symbols alive are rebuilt for each unit, so they are no items.
inline bool isUsedArray(const llvm::GlobalValue &GV) {
  return GV.getName() == "llvm.used" || GV.getName() == "llvm.compiler.used";
}

// Calls `Visit` for every item in the order of their ids: functions, variables, aliases, ifuncs. The order and the
// choice are the same for a module that was read whole and for one whose bodies are still on disk.
template <typename Visitor> void forEachDefinition(llvm::Module &M, Visitor Visit) {
  for (llvm::Function &F : llvm::make_early_inc_range(M.functions()))
    if (!F.isDeclaration())
      Visit(F);
  for (llvm::GlobalVariable &V : llvm::make_early_inc_range(M.globals()))
    if (!V.isDeclaration() && !isUsedArray(V))
      Visit(V);
  for (llvm::GlobalAlias &A : llvm::make_early_inc_range(M.aliases()))
    Visit(A);
  for (llvm::GlobalIFunc &I : llvm::make_early_inc_range(M.ifuncs()))
    Visit(I);
}

// Collects what LLVM reports while it lives; LLVM's own handler would end the process on an error.
struct DiagnosticText {
  llvm::LLVMContext &Context;
  std::string Errors;

  explicit DiagnosticText(llvm::LLVMContext &Context) : Context(Context) {
    Context.setDiagnosticHandlerCallBack(
        [](const llvm::DiagnosticInfo *Info, void *Self) {
          if (Info->getSeverity() != llvm::DS_Error)
            return;
          llvm::raw_string_ostream Stream(static_cast<DiagnosticText *>(Self)->Errors);
          llvm::DiagnosticPrinterRawOStream Printer(Stream);
          Info->print(Printer);
        },
        this);
  }
  ~DiagnosticText() { Context.setDiagnosticHandlerCallBack(nullptr); }
  DiagnosticText(const DiagnosticText &) = delete;
};

#endif
