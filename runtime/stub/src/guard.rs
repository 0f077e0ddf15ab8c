//! The entry point of the executable: tells a truncated file before anything is read that may be missing.
//!
//! A file that was cut off still starts, as far as the kernel is concerned; it then dies of SIGBUS where the first
//! missing page is touched, in ld.so or anywhere later. So the builder lays the file out such that what the
//! kernel, ld.so and this function need comes first (`src/runtime/layout.rs`), and this function compares the file's size with
//! [`fastice_guard_len`] before it goes on to libc's `_start`. What is cut off behind the stub, the reader of the
//! image finds.
//!
//! It is assembly because it must touch nothing but its own page and the stack: no data, no PLT, no libc.

#[cfg(target_arch = "x86_64")]
std::arch::global_asm!(
    // Its own section, which build.rs places apart from the rest of the code.
    ".pushsection .guard, \"ax\", @progbits",
    // How long the stub's part of the file is, in bytes; written by the builder. 0: not known, go on.
    ".globl fastice_guard_len",
    ".balign 8",
    "fastice_guard_len: .quad 0",
    ".globl fastice_guard",
    ".type fastice_guard, @function",
    "fastice_guard:",
    "  mov r12, rsp", // [r12] = argc, [r12+8] = argv[0] (System V ABI, AMD64 supplement, 3.4.1)
    "  mov r13, rdx", // the function that _start registers with atexit
    "  mov r14, [rip + fastice_guard_len]",
    "  test r14, r14",
    "  jz 3f",
    "  sub rsp, 144", // struct stat
    "  mov edi, -100", // AT_FDCWD
    "  lea rsi, [rip + 5f]",
    "  mov rdx, rsp",
    "  xor r10d, r10d",
    "  mov eax, 262", // newfstatat
    "  syscall",
    "  test rax, rax",
    "  jnz 3f", // no /proc: nothing can be said
    "  cmp [rsp + 48], r14", // st_size
    "  jae 3f",
    "  cmp qword ptr [r12], 0",
    "  je 2f",
    "  mov rsi, [r12 + 8]",
    "  xor edx, edx",
    "1: cmp byte ptr [rsi + rdx], 0",
    "  je 4f",
    "  inc rdx",
    "  jmp 1b",
    "4: mov edi, 2", // the program's name, as far as it is known, then the sentence
    "  mov eax, 1",
    "  syscall",
    "2: mov edi, 2",
    "  lea rsi, [rip + 6f]",
    "  lea rdx, [rip + 7f]",
    "  sub rdx, rsi",
    "  mov eax, 1",
    "  syscall",
    "  mov edi, {status}",
    "  mov eax, 231", // exit_group
    "  syscall",
    "3: mov rsp, r12",
    "  mov rdx, r13",
    "  jmp _start",
    ".size fastice_guard, . - fastice_guard",
    "5: .asciz \"/proc/self/exe\"",
    "6: .ascii \": this executable is damaged: it is shorter than it was written (truncated)\\n\"",
    "7:",
    ".popsection",
    status = const fastice_image::EXIT_DAMAGED,
);
