//! Once per process: LLVM's command line, its X86 target, and what happens when LLVM gives up.

use std::cell::RefCell;
use std::ffi::{CStr, CString, c_char, c_int};
use std::ptr;
use std::sync::Once;
use std::thread;

use llvm_sys::error_handling::LLVMInstallFatalErrorHandler;
use llvm_sys::support::LLVMParseCommandLineOptions;
use llvm_sys::target::{
    LLVMInitializeX86AsmParser, LLVMInitializeX86AsmPrinter, LLVMInitializeX86Target, LLVMInitializeX86TargetInfo,
    LLVMInitializeX86TargetMC,
};

use crate::error::Error;
use crate::ffi;

/// What rustc 1.95 tells LLVM for x86_64-unknown-linux-gnu unless the user says otherwise
/// (`rustc_codegen_llvm::llvm_util::configure_llvm`).
const RUSTC_ARGS: [&str; 4] = [
    "-generate-arange-section",
    "-mergefunc-use-aliases",
    "-preserve-alignment-assumptions-during-inlining=false",
    "-import-cold-multiplier=0.1",
];

/// How bitcode is read. This LLVM wrote the debug information itself: there is nothing to upgrade, for which all of it
/// would be verified. Units read of it what they refer to, as ThinLTO does for what it imports (`pcg_module_open`), but
/// they have the definitions of types, which ThinLTO leaves to the module that it imports from.
const READER_ARGS: [&str; 2] = ["-disable-auto-upgrade-debug-info", "-import-full-type-definitions"];

/// The size of the stacks on which LLVM runs, in bytes. LLVM recurses deeply over large functions; the memory is used
/// only where it is needed.
pub(crate) const STACK_BYTES: usize = 64 << 20;

/// Sets LLVM up: `llvm_args` are the user's `-Cllvm-args`, one option each, which rustc has accepted already (LLVM ends
/// the process on an option that it does not know). Only the first call has an effect.
///
/// # Errors
/// [`Error::Start`] if an argument has a NUL byte.
pub fn start(llvm_args: &[String]) -> Result<(), Error> {
    let arguments = command_line(llvm_args)
        .into_iter()
        .map(|argument| CString::new(argument).map_err(|error| Error::Start { message: error.to_string() }))
        .collect::<Result<Vec<_>, _>>()?;
    static STARTED: Once = Once::new();
    STARTED.call_once(|| {
        let pointers: Vec<*const c_char> = arguments.iter().map(|argument| argument.as_ptr()).collect();
        // SAFETY: the strings live during the call and LLVM copies what it keeps; the handler and the target's
        // functions may be called at any time before LLVM is used, and `Once` has them called once.
        unsafe {
            LLVMInstallFatalErrorHandler(Some(on_fatal_error));
            ffi::pcg_register_options();
            LLVMParseCommandLineOptions(pointers.len() as c_int, pointers.as_ptr(), ptr::null());
            LLVMInitializeX86TargetInfo();
            LLVMInitializeX86Target();
            LLVMInitializeX86TargetMC();
            LLVMInitializeX86AsmPrinter();
            LLVMInitializeX86AsmParser();
        }
    });
    Ok(())
}

/// LLVM's command line, the program's name first. The user's word about an option replaces rustc's, but not how bitcode
/// is read: stock reads none, and does nothing differently with these options.
fn command_line(llvm_args: &[String]) -> Vec<String> {
    let is_reader = |argument: &str| READER_ARGS.iter().any(|reader| option_name(reader) == option_name(argument));
    let users = || llvm_args.iter().map(String::as_str).filter(|argument| !is_reader(argument));
    let rustcs =
        RUSTC_ARGS.into_iter().filter(|argument| !users().any(|user| option_name(user) == option_name(argument)));
    ["pcg-rustc"].into_iter().chain(rustcs).chain(READER_ARGS).chain(users()).map(str::to_owned).collect()
}

/// `-name=value` and `--name value` without dashes and value.
fn option_name(argument: &str) -> &str {
    argument.trim_start_matches('-').split(['=', ' ']).next().unwrap_or_default()
}

/// Is told why LLVM gave up.
type Receiver = Box<dyn Fn(String)>;

thread_local! {
    /// Who wants to know that LLVM gave up on this thread.
    static ON_FATAL: RefCell<Option<Receiver>> = const { RefCell::new(None) };
}

/// Names the one who is told if LLVM gives up on the current thread.
pub(crate) fn report_fatal_errors_to(receiver: impl Fn(String) + 'static) {
    ON_FATAL.set(Some(Box::new(receiver)));
}

/// LLVM ends the process if this returns, and its frames cannot be unwound: the thread reports and stops for good.
extern "C" fn on_fatal_error(reason: *const c_char) {
    // SAFETY: LLVM passes a C string that lives during the call.
    let reason = unsafe { CStr::from_ptr(reason) }.to_string_lossy().into_owned();
    let is_reported = ON_FATAL.with_borrow(|receiver| receiver.as_ref().map(|receiver| receiver(reason)).is_some());
    if is_reported {
        loop {
            thread::park();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::command_line;

    #[test]
    fn the_users_word_replaces_rustcs() {
        let user = ["-import-cold-multiplier=0.5".to_owned(), "--inline-threshold=3".to_owned()];
        let line = command_line(&user);
        assert_eq!(line.iter().filter(|argument| argument.contains("import-cold-multiplier")).count(), 1);
        assert_eq!(line[line.len() - 2..], user);
        assert_eq!(line.len(), 1 + 3 + 2 + 2);
    }

    #[test]
    fn how_bitcode_is_read_is_not_the_users_matter() {
        let user = ["--import-full-type-definitions=false".to_owned(), "-inline-threshold=3".to_owned()];
        let line = command_line(&user);
        let about_types: Vec<_> = line.iter().filter(|argument| argument.contains("full-type-definitions")).collect();
        assert_eq!(about_types, ["-import-full-type-definitions"]);
        assert_eq!(line.last(), user.last());
    }
}
