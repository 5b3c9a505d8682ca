//! The C++ shim's interface, as declared in `shim/pcg.h`, and LLVM's strings as Rust's.

use std::ffi::{CStr, c_char, c_void};
use std::ptr;

use llvm_sys::LLVMDiagnosticSeverity;
use llvm_sys::prelude::{LLVMContextRef, LLVMMemoryBufferRef, LLVMModuleRef};
use llvm_sys::target_machine::LLVMTargetMachineRef;

/// `PcgItem`.
#[repr(C)]
pub(crate) struct Item {
    pub(crate) name: *const u8,
    pub(crate) name_length: usize,
    pub(crate) bytes: u64,
    pub(crate) promises: u64,
    pub(crate) instructions: u32,
    pub(crate) cost: u32,
    pub(crate) group: u32,
    pub(crate) body: u32,
    pub(crate) kind: u8,
    pub(crate) linkage: u8,
    pub(crate) inline_attribute: u8,
    pub(crate) hidden: bool,
    pub(crate) cold: bool,
    pub(crate) unnamed_addr: bool,
    pub(crate) constant: bool,
    pub(crate) thread_local: bool,
    pub(crate) unique: bool,
    pub(crate) tied_to_asm: bool,
}

/// `PcgEdge`.
#[repr(C)]
pub(crate) struct Edge {
    pub(crate) from: u32,
    pub(crate) to: u32,
    pub(crate) calls: u32,
    pub(crate) references: u32,
    pub(crate) dead_calls: u32,
}

/// `PcgConstant`.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub(crate) struct Constant {
    pub(crate) bits: u64,
    pub(crate) function: u32,
    pub(crate) argument: u32,
    pub(crate) item: u32,
}

/// `PcgReplaced`.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub(crate) struct Replaced {
    pub(crate) item: u32,
    pub(crate) substitute: u32,
}

/// `PcgGraph`, owned by the shim.
#[repr(C)]
pub(crate) struct Graph {
    _opaque: [u8; 0],
}

/// `PcgSettings`.
#[repr(C)]
pub(crate) struct Settings {
    pub(crate) cpu: *const c_char,
    pub(crate) opt_level: u8,
    pub(crate) relocation: u8,
    pub(crate) code_model: u8,
    pub(crate) no_vectorize_loops: bool,
    pub(crate) no_vectorize_slp: bool,
    pub(crate) embed_bitcode: bool,
    pub(crate) verify: bool,
}

/// `PcgOnInlined`.
pub(crate) type OnInlined = extern "C" fn(*mut c_void, *const u8, usize, *const u8, usize);

/// `PcgOnDiagnostic`.
pub(crate) type OnDiagnostic = extern "C" fn(*mut c_void, LLVMDiagnosticSeverity, *const u8, usize);

unsafe extern "C" {
    pub(crate) fn pcg_register_options();
    pub(crate) fn pcg_graph_read(bitcode: *const u8, length: usize, error: *mut *mut c_char) -> *mut Graph;
    pub(crate) fn pcg_graph_search(
        graph: *mut Graph,
        bodies: bool,
        promises: bool,
        constants: bool,
        error: *mut *mut c_char,
    ) -> bool;
    pub(crate) fn pcg_graph_take_module(
        graph: *mut Graph,
        context: *mut LLVMContextRef,
        replaced: *mut *const Replaced,
        count: *mut usize,
    ) -> LLVMModuleRef;
    pub(crate) fn pcg_graph_free(graph: *mut Graph);
    pub(crate) fn pcg_graph_items(graph: *const Graph, count: *mut usize) -> *const Item;
    pub(crate) fn pcg_graph_edges(graph: *const Graph, count: *mut usize) -> *const Edge;
    pub(crate) fn pcg_graph_constants(graph: *const Graph, count: *mut usize) -> *const Constant;
    pub(crate) fn pcg_graph_name(graph: *const Graph, length: *mut usize) -> *const u8;
    pub(crate) fn pcg_graph_has_asm(graph: *const Graph) -> bool;
    pub(crate) fn pcg_context_prepare(
        context: LLVMContextRef,
        on_diagnostic: OnDiagnostic,
        on_inlined: Option<OnInlined>,
        opaque: *mut c_void,
    );
    pub(crate) fn pcg_module_read(
        context: LLVMContextRef,
        bitcode: *const u8,
        length: usize,
        error: *mut *mut c_char,
    ) -> LLVMModuleRef;
    pub(crate) fn pcg_module_open(
        context: LLVMContextRef,
        bitcode: *const u8,
        length: usize,
        error: *mut *mut c_char,
    ) -> LLVMModuleRef;
    pub(crate) fn pcg_module_cut(
        module: LLVMModuleRef,
        actions: *const u8,
        action_count: usize,
        promises: *const u64,
        replaced: *const Replaced,
        replaced_count: usize,
        constants: *const Constant,
        constant_count: usize,
        first: bool,
        error: *mut *mut c_char,
    ) -> bool;
    pub(crate) fn pcg_module_add_ident(module: LLVMModuleRef, text: *const u8, length: usize);
    pub(crate) fn pcg_module_instructions(module: LLVMModuleRef) -> u64;
    pub(crate) fn pcg_target_machine(
        module: LLVMModuleRef,
        settings: *const Settings,
        error: *mut *mut c_char,
    ) -> LLVMTargetMachineRef;
    pub(crate) fn pcg_optimise(
        module: LLVMModuleRef,
        machine: LLVMTargetMachineRef,
        settings: *const Settings,
        error: *mut *mut c_char,
    ) -> bool;
    pub(crate) fn pcg_emit_object(
        module: LLVMModuleRef,
        machine: LLVMTargetMachineRef,
        error: *mut *mut c_char,
    ) -> LLVMMemoryBufferRef;
    pub(crate) fn pcg_write_bitcode(module: LLVMModuleRef) -> LLVMMemoryBufferRef;
}

/// Calls a function of the shim that reports errors through a `char **` and takes the message, if there is one.
pub(crate) fn with_error<T>(call: impl FnOnce(*mut *mut c_char) -> T) -> (T, Option<String>) {
    let mut message = ptr::null_mut();
    let result = call(&mut message);
    if message.is_null() {
        return (result, None);
    }
    // SAFETY: the shim sets the pointer to a string made by LLVMCreateMessage and hands it over.
    let text = unsafe { CStr::from_ptr(message) }.to_string_lossy().into_owned();
    // SAFETY: as above; nothing refers to the message any more.
    unsafe { llvm_sys::core::LLVMDisposeMessage(message) };
    (result, Some(text))
}
