// What LLVM's C API lacks, as narrow C functions.
//
// Ownership: nothing here keeps or frees memory of Rust. Strings returned through `char **error` are LLVM messages
// (LLVMDisposeMessage), memory buffers are LLVM's (LLVMDisposeMemoryBuffer), a PcgGraph is freed by pcg_graph_free.
// Every function that can fail returns null or false and sets `*error`.

#ifndef PCG_SHIM_H
#define PCG_SHIM_H

#include "llvm-c/Core.h"
#include "llvm-c/TargetMachine.h"

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// One definition of a module. The numbering of `kind` and `linkage` is that of src/graph.rs.
typedef struct {
  const char *name;
  size_t name_length;
  uint64_t bytes;
  uint64_t promises; // What a function promises its callers; only pcg_module_cut knows what the bits mean.
  uint32_t instructions;
  uint32_t cost; // What the inliner is expected to count for them once they are simplified.
  uint32_t group;        // 0: none.
  uint32_t body;         // Functions with the same number have the same body; 0: none.
  uint8_t kind;
  uint8_t linkage;
  uint8_t inline_attribute;
  uint8_t hidden;
  uint8_t cold;
  uint8_t unnamed_addr;
  uint8_t constant;
  uint8_t thread_local_;
  uint8_t unique;
  uint8_t tied_to_asm;
} PcgItem;

typedef struct {
  uint32_t from;
  uint32_t to;
  uint32_t calls;
  uint32_t references;
  uint32_t dead_calls; // In blocks that are never reached; no part of `calls`.
} PcgEdge;

// An argument for which all calls of a function pass the same constant.
typedef struct {
  uint64_t bits; // A number, if it is no item's address.
  uint32_t function;
  uint32_t argument;
  uint32_t item; // PCG_NO_ITEM: null or a number.
} PcgConstant;

enum { PCG_NO_ITEM = UINT32_MAX };

// An item that nothing uses, and the one that is used in its place.
typedef struct {
  uint32_t item;
  uint32_t substitute;
} PcgReplaced;

typedef struct PcgGraph PcgGraph;

// What a unit does with an item; the numbering is that of src/unit.rs.
enum PcgAction { PCG_DECLARE = 0, PCG_DEFINE = 1, PCG_IMPORT = 2, PCG_COPY = 3 };
// Added to an action: the item is promoted, that is, hidden instead of local.
enum { PCG_PROMOTED = 4 };

typedef struct {
  const char *cpu;      // Null: taken from the module's functions.
  uint8_t opt_level;    // 0 to 3, 4 for s, 5 for z.
  uint8_t relocation;   // 0 static, 1 pic, 2 dynamic-no-pic.
  uint8_t code_model;   // 0 none, 1 tiny, 2 small, 3 kernel, 4 medium, 5 large.
  uint8_t no_vectorize_loops;
  uint8_t no_vectorize_slp;
  uint8_t embed_bitcode;
  uint8_t verify;
} PcgSettings;

// Makes `-Cllvm-args` such as `-function-sections` known: before LLVM's command line is read.
void pcg_register_options(void);

// Reads a whole module and describes it. `bitcode` has to live only during the call.
PcgGraph *pcg_graph_read(const char *bitcode, size_t length, char **error);
// Adds what has to be searched for: with `bodies`, functions with the same body, with `promises`, what functions promise
// their callers, with `constants`, arguments that are constants.
bool pcg_graph_search(PcgGraph *graph, bool bodies, bool promises, bool constants, char **error);
// Hands over the module, and the context that it belongs to. It is as it was read, but that after a search for bodies
// some functions may be `replaced`, which lives as long as the graph does. The description stays; there is nothing to
// search any more.
LLVMModuleRef pcg_graph_take_module(PcgGraph *graph, LLVMContextRef *context, const PcgReplaced **replaced,
                                    size_t *count);
void pcg_graph_free(PcgGraph *graph);
const PcgItem *pcg_graph_items(const PcgGraph *graph, size_t *count);
const PcgEdge *pcg_graph_edges(const PcgGraph *graph, size_t *count);
// In the order of the items, then of the arguments.
const PcgConstant *pcg_graph_constants(const PcgGraph *graph, size_t *count);
const char *pcg_graph_name(const PcgGraph *graph, size_t *length);
bool pcg_graph_has_asm(const PcgGraph *graph);

// Prepares a context for one unit: value names are discarded, diagnostics are collected by `on_diagnostic`.
typedef void (*PcgOnDiagnostic)(void *opaque, LLVMDiagnosticSeverity severity, const char *message, size_t length);
// One call site that LLVM inlined, by the symbols of caller and callee.
typedef void (*PcgOnInlined)(void *opaque, const char *caller, size_t caller_length, const char *callee,
                             size_t callee_length);
// `on_inlined` may be null; LLVM then makes no remarks.
void pcg_context_prepare(LLVMContextRef context, PcgOnDiagnostic on_diagnostic, PcgOnInlined on_inlined, void *opaque);

// Reads a whole module. `bitcode` must outlive the call only.
LLVMModuleRef pcg_module_read(LLVMContextRef context, const char *bitcode, size_t length, char **error);
// Opens a module to be cut: bodies are read from `bitcode` by then.
LLVMModuleRef pcg_module_open(LLVMContextRef context, const char *bitcode, size_t length, char **error);
// Leaves in a module, opened or read, the bodies that one unit has; everything else becomes a declaration or vanishes.
// `actions` has one entry per item of the graph, and so has `promises` unless it is null; `constants` are put in the
// place of arguments where the function is defined, and refer to no item that is replaced.
bool pcg_module_cut(LLVMModuleRef module, const uint8_t *actions, size_t action_count, const uint64_t *promises,
                    const PcgReplaced *replaced, size_t replaced_count, const PcgConstant *constants,
                    size_t constant_count, bool first, char **error);
// Adds a line to `.comment`.
void pcg_module_add_ident(LLVMModuleRef module, const char *text, size_t length);
uint64_t pcg_module_instructions(LLVMModuleRef module);

LLVMTargetMachineRef pcg_target_machine(LLVMModuleRef module, const PcgSettings *settings, char **error);
// rustc's pass pipeline for the optimisation level.
bool pcg_optimise(LLVMModuleRef module, LLVMTargetMachineRef machine, const PcgSettings *settings, char **error);
LLVMMemoryBufferRef pcg_emit_object(LLVMModuleRef module, LLVMTargetMachineRef machine, char **error);
LLVMMemoryBufferRef pcg_write_bitcode(LLVMModuleRef module);

#ifdef __cplusplus
}
#endif

#endif
