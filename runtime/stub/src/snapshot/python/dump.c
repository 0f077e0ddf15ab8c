/* Before the memory of an initialized interpreter is written down: what belongs to this process alone is taken out, so that
 * nothing of it is in the snapshot and the same input gives the same bytes. */
#include "snapshot.h"

#include <gnu/libc-version.h>
#include <signal.h>
#include <string.h>

#include "pycore_gc.h"
#include "pycore_obmalloc.h"

fastice_memory fastice_remembered;
int fastice_wants_end;

/* CPython's own allocator of objects, to which it returns before the memory is written down. */
static PyMemAllocatorEx original[2];
static const PyMemAllocatorDomain domains[2] = {PYMEM_DOMAIN_MEM, PYMEM_DOMAIN_OBJ};

/* What an object leaves unused of its block is zero, not what an earlier one left there. */
static void *
allocate_zeros(void *context, size_t size)
{
    PyMemAllocatorEx *allocator = context;
    return allocator->calloc(allocator->ctx, 1, size ? size : 1);
}

static void *
allocate_items(void *context, size_t count, size_t size)
{
    PyMemAllocatorEx *allocator = context;
    return allocator->calloc(allocator->ctx, count, size);
}

static void
release(void *context, void *block)
{
    PyMemAllocatorEx *allocator = context;
    if (block != NULL && fastice_is_arena(block)) {
        /* The whole of it: calloc() clears only what was asked for. */
        memset(block, 0, INDEX2SIZE(POOL_ADDR(block)->szidx));
    }
    allocator->free(allocator->ctx, block);
}

static void *
resize(void *context, void *block, size_t size)
{
    if (block == NULL) {
        return allocate_zeros(context, size);
    }
    size_t room = fastice_is_arena(block) ? INDEX2SIZE(POOL_ADDR(block)->szidx) : fastice_room(block);
    if (size <= room && size > room / 2) {
        return block;
    }
    void *copy = allocate_zeros(context, size);
    if (copy != NULL) {
        memcpy(copy, block, size < room ? size : room);
        release(context, block);
    }
    return copy;
}

void
fastice_begin_dump(void)
{
    for (int i = 0; i < 2; i++) {
        PyMem_GetAllocator(domains[i], &original[i]);
        PyMemAllocatorEx zeroing = {&original[i], allocate_zeros, allocate_items, resize, release};
        PyMem_SetAllocator(domains[i], &zeroing);
    }
}

/* Does once what every process does that runs a program, so that caches of the interpreter know it already: to fill them is to copy
 * their pages. Nothing of it is left but that. */
static int
rehearse(void)
{
    if (fastice_restore_time() < 0) {
        return -1;
    }
    PyObject *dict = PyDict_New();
    if (dict == NULL) {
        return -1;
    }
    PyObject *result = PyRun_String(
        "import importlib.machinery, sys\n"
        "loader = importlib.machinery.SourceFileLoader('__main__', 'program')\n"
        "print('', end='', flush=True)\n"
        "sys.stderr.flush()\n"
        "threading = sys.modules.get('threading')\n",
        Py_file_input, dict, dict);
    Py_DECREF(dict);
    Py_XDECREF(result);
    return result ? 0 : -1;
}

/* Takes what is left of dead objects out of the memory that CPython's allocator has for small objects (Objects/obmalloc.c). */
static void
wipe_free_blocks(PyInterpreterState *interp)
{
    struct _obmalloc_mgmt *state = &interp->obmalloc->mgmt;
    for (uint i = 0; i < state->maxarenas; i++) {
        struct arena_object *arena = &state->arenas[i];
        if (arena->address == 0) {
            continue;
        }
        char *carved = (char *)arena->pool_address;
        for (char *begin = (char *)arena->address; begin < carved; begin += POOL_SIZE) {
            poolp pool = (poolp)begin;
            if (pool->ref.count == 0) {
                /* Free as a whole, and to be set up anew by whoever takes it. */
                memset(begin + POOL_OVERHEAD, 0, POOL_SIZE - POOL_OVERHEAD);
                pool->szidx = DUMMY_SIZE_IDX;
                continue;
            }
            size_t size = INDEX2SIZE(pool->szidx);
            for (pymem_block *block = pool->freeblock; block != NULL; block = *(pymem_block **)block) {
                memset(block + sizeof(pymem_block *), 0, size - sizeof(pymem_block *));
            }
            if (pool->nextoffset <= pool->maxnextoffset) {
                memset(begin + pool->nextoffset, 0, POOL_SIZE - pool->nextoffset);
            }
        }
    }
}

/* Lets CPython's allocator take new objects from memory that is not in the snapshot, where it would have filled gaps: to write into a
 * page of the snapshot is to copy it. The gaps are lost until everything around them is free. */
static void
retire_pools(PyInterpreterState *interp)
{
    struct _obmalloc_state *state = interp->obmalloc;
    poolp *used = state->pools.used;
    for (int class = 0; class < NB_SMALL_SIZE_CLASSES; class++) {
        /* The head of a list is a pool of which there are only these two members. */
        poolp head = (poolp)((char *)&used[2 * class] - offsetof(struct pool_header, nextpool));
        poolp pool = head->nextpool;
        while (pool != head) {
            poolp next = pool->nextpool;
            pool->nextpool = pool->prevpool = pool;
            pool = next;
        }
        head->nextpool = head->prevpool = head;
    }
    struct _obmalloc_mgmt *mgmt = &state->mgmt;
    memset(mgmt->nfp2lasta, 0, sizeof mgmt->nfp2lasta);
    mgmt->usable_arenas = NULL;
    for (uint i = 0; i < mgmt->maxarenas; i++) {
        struct arena_object *arena = &mgmt->arenas[i];
        if (arena->address == 0) {
            continue;
        }
        size_t left = arena->address + ARENA_SIZE - (uintptr_t)arena->pool_address;
        arena->freepools = NULL;
        arena->nextarena = arena->prevarena = NULL;
        /* One at most has pools that were never used: a new arena is allocated when there is none. */
        arena->nfreepools = (uint)(left / POOL_SIZE);
        if (arena->nfreepools > 0) {
            mgmt->usable_arenas = arena;
            mgmt->nfp2lasta[arena->nfreepools] = arena;
        }
    }
}

/* Before modules of the program are imported. What lives by now does not count at the end. */
void
fastice_begin_preload(void)
{
    PyGC_Collect();
    _PyGC_Freeze(_PyInterpreterState_Main());
    fastice_remembered.is_preloaded = 1;
}

/* Has a module that is not one of the standard library registered a function with atexit? */
static int
has_exit_functions(PyInterpreterState *interp)
{
    PyObject *standard = PySys_GetObject("stdlib_module_names");
    for (int i = 0; i < interp->atexit.ncallbacks; i++) {
        atexit_py_callback *callback = interp->atexit.callbacks[i];
        PyObject *module = callback ? PyObject_GetAttrString(callback->func, "__module__") : NULL;
        PyObject *parts = module && PyUnicode_Check(module) ? PyObject_CallMethod(module, "partition", "s", ".") : NULL;
        int is_standard = callback == NULL
            || (parts && standard && PySet_Contains(standard, PyTuple_GetItem(parts, 0)) > 0);
        Py_XDECREF(parts);
        Py_XDECREF(module);
        PyErr_Clear();
        if (!is_standard) {
            return 1;
        }
    }
    return 0;
}

/* Why there can be no snapshot, in words; null if all is well. Afterwards no Python code can run. */
const char *
fastice_prepare_dump(void)
{
    PyThreadState *tstate = _PyThreadState_GET();
    PyInterpreterState *interp = tstate->interp;
    if (tstate != _PyRuntime.main_tstate || interp != _PyInterpreterState_Main()) {
        return "it is not the main thread that finished";
    }
    if (interp->threads.head != tstate || tstate->next != NULL) {
        return "a thread is running";
    }
    if (_PyRuntime.interpreters.head != interp || interp->next != NULL) {
        return "there is a second interpreter";
    }
    if (_PyRuntime.atexit.ncallbacks != 0) {
        return "an extension module wants to be called at the exit";
    }

    if (rehearse() < 0) {
        PyErr_Print();
        return "what a program does first cannot be done";
    }
    PyObject *posix = PyImport_ImportModule("posix");
    PyObject *environ = posix ? PyObject_GetAttrString(posix, "environ") : NULL;
    Py_XDECREF(posix);
    if (environ == NULL || !PyDict_CheckExact(environ)) {
        PyErr_Print();
        return "posix.environ is not what it was";
    }
    PyDict_Clear(environ);
    fastice_remembered.environ = environ;

    if (fastice_remember_streams() < 0) {
        return "the standard streams were replaced or written to";
    }

    struct sigaction action;
    if (sigaction(SIGINT, NULL, &action) != 0) {
        return "SIGINT has no handler";
    }
    fastice_remembered.sigint = action.sa_handler;
    strncpy(fastice_remembered.libc, gnu_get_libc_version(), sizeof fastice_remembered.libc - 1);

    /* The image's objects are never garbage, and looking at them would copy their pages. */
    PyGC_Collect();
    if (fastice_remembered.is_preloaded) {
        fastice_wants_end = (fastice_would_be_noticed(interp) ? FASTICE_FINALIZERS : 0)
            | (has_exit_functions(interp) ? FASTICE_EXIT_FUNCTIONS : 0);
    }
    PyObject *gc = PyImport_ImportModule("gc");
    PyObject *frozen = gc ? PyObject_CallMethod(gc, "freeze", NULL) : NULL;
    Py_XDECREF(gc);
    if (frozen == NULL) {
        PyErr_Print();
        return "gc.freeze failed";
    }
    Py_DECREF(frozen);

    tstate->thread_id = 0;
    tstate->native_thread_id = 0;
    _PyRuntime.main_thread = 0;
    _PyRuntime.autoTSSkey._is_initialized = 0;
    _PyRuntime.autoTSSkey._key = 0;
    _PyRuntime.trashTSSkey._is_initialized = 0;
    _PyRuntime.trashTSSkey._key = 0;
    PyImport_FrozenModules = NULL;
    for (int i = 0; i < 2; i++) {
        PyMem_SetAllocator(domains[i], &original[i]);
    }
    wipe_free_blocks(interp);
    retire_pools(interp);
    /* What frames have left behind. */
    memset(tstate->datastack_top, 0, (char *)tstate->datastack_limit - (char *)tstate->datastack_top);
    return NULL;
}
