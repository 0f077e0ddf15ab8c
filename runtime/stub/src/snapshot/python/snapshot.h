/* What the C part of the start snapshot shares. It is compiled against the headers of the very CPython that it is linked
 * with, private ones included: where a structure changes, it does not compile. */
#ifndef FASTICE_SNAPSHOT_H
#define FASTICE_SNAPSHOT_H

#include <Python.h>

#include "pycore_interp.h"
#include "pycore_pylifecycle.h"
#include "pycore_pystate.h"
#include "pycore_runtime.h"

/* What follows is right for this version; another one needs another look at every line. */
_Static_assert(PY_MAJOR_VERSION == 3 && PY_MINOR_VERSION == 13, "the start snapshot knows CPython 3.13");

/* What a process is started with. */
typedef struct {
    int argc;
    char *const *argv;
    /* The same before arguments were put in front: sys.orig_argv. */
    int original_argc;
    char *const *original_argv;
    /* The absolute path of the executable. */
    const char *executable;
    /* What runs in place of the program: code, or the name of a module. Null for the program itself. */
    const char *command;
    const char *module;
    /* The arguments of `command` or `module`. */
    int extra_argc;
    char *const *extra_argv;
} fastice_start;

/* Remembered when the snapshot is made, for the process that starts from it. */
typedef struct {
    /* The dictionary behind os.environ. */
    PyObject *environ;
    /* CPython's handler of SIGINT. */
    void (*sigint)(int);
    /* gnu_get_libc_version() */
    char libc[32];
    /* Modules of the program were imported. */
    int is_preloaded;
} fastice_memory;

/* zones.rs: is a block one of CPython's arenas, and what room has one that is none? */
int fastice_is_arena(const void *block);
size_t fastice_room(const void *block);

/* dlopen.rs: was any library loaded? */
int fastice_has_libraries(void);

/* restore.c */
int fastice_restore_time(void);

/* exit.c: does anything live, besides what is frozen, whose end would be noticed? */
int fastice_would_be_noticed(PyInterpreterState *interp);

/* streams.c */
int fastice_remember_streams(void);
int fastice_restore_streams(const wchar_t *errors);
int fastice_is_output_left(void);

extern fastice_memory fastice_remembered;

/* What the program's modules want at the end, as bits: objects want to be told when they end; functions want to be called. */
enum { FASTICE_FINALIZERS = 1, FASTICE_EXIT_FUNCTIONS = 2 };
extern int fastice_wants_end;

#endif
