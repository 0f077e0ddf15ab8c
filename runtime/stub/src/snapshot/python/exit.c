/* The end of a process that started from a snapshot. CPython's finalization would touch every object of the snapshot, which
 * takes longer than the whole start. Its first half, which programs see, is done here; the second half, which takes the interpreter
 * apart, only where somebody could notice: where objects live that want to be told.
 *
 * Source: Python/pylifecycle.c, _Py_Finalize(). */
#include "snapshot.h"

#include <stdlib.h>

#include "pycore_ceval.h"
#include "pycore_gc.h"
#include "pycore_frame.h"
#include "pycore_genobject.h"
#include "pycore_weakref.h"

int __real_Py_FinalizeEx(void);
_Noreturn void __real_Py_Exit(int status);
int __wrap_Py_FinalizeEx(void);
_Noreturn void __wrap_Py_Exit(int status);
/* Is `callback`, of a weak reference, one of the standard library's that only tidies up a container? */
static int
is_silent(PyObject *callback)
{
    if (!PyFunction_Check(callback)) {
        return 0;
    }
    PyObject *module = ((PyFunctionObject *)callback)->func_module;
    return module != NULL && PyUnicode_Check(module)
        && (PyUnicode_EqualToUTF8(module, "weakref") || PyUnicode_EqualToUTF8(module, "_weakrefset")
            || PyUnicode_EqualToUTF8(module, "functools") || PyUnicode_EqualToUTF8(module, "_frozen_importlib"));
}

/* Would the end of this object be noticed? */
static int
is_noticed(PyObject *object)
{
    PyTypeObject *type = Py_TYPE(object);
    if (PyWeakref_Check(object)) {
        PyObject *callback = ((PyWeakReference *)object)->wr_callback;
        return callback != NULL && !is_silent(callback);
    }
    if (type->tp_finalize == NULL && type->tp_del == NULL) {
        return 0;
    }
    if (PyGen_CheckExact(object)) {
        return ((PyGenObject *)object)->gi_frame_state < FRAME_COMPLETED
            && ((PyGenObject *)object)->gi_frame_state != FRAME_CREATED;
    }
    return 1;
}

/* Does anything live, besides what was in the snapshot, whose end would be noticed? */
static int
would_be_noticed(PyInterpreterState *interp)
{
    struct _gc_runtime_state *gc = &interp->gc;
    if (gc->debug != 0 || (gc->callbacks != NULL && PyList_GET_SIZE(gc->callbacks) != 0)) {
        return 1;
    }
    for (int generation = 0; generation < NUM_GENERATIONS; generation++) {
        PyGC_Head *list = &gc->generations[generation].head;
        for (PyGC_Head *head = _PyGCHead_NEXT(list); head != list; head = _PyGCHead_NEXT(head)) {
            if (is_noticed(_Py_FROM_GC(head))) {
                return 1;
            }
        }
    }
    return 0;
}

static int
is_closed(PyObject *file)
{
    PyObject *closed = PyObject_GetAttrString(file, "closed");
    int result = closed ? PyObject_IsTrue(closed) : 0;
    Py_XDECREF(closed);
    if (result < 0 || closed == NULL) {
        PyErr_Clear();
    }
    return result > 0;
}

/* flush_std_files() */
static int
flush(void)
{
    int status = 0;
    for (const char *const *name = (const char *const[]){"stdout", "stderr", NULL}; *name; name++) {
        PyObject *file = Py_XNewRef(PySys_GetObject(*name));
        if (file != NULL && file != Py_None && !is_closed(file)) {
            PyObject *done = PyObject_CallMethod(file, "flush", NULL);
            if (done == NULL) {
                status = -1;
                if (**name == 's' && (*name)[3] == 'o') {
                    PyErr_FormatUnraisable("Exception ignored on flushing sys.stdout");
                }
                PyErr_Clear();
            }
            Py_XDECREF(done);
        }
        Py_XDECREF(file);
    }
    return status;
}

/* Ends the interpreter as far as anybody can see. 0 if it has to be taken apart. */
static int
end_quickly(int *status)
{
    PyThreadState *tstate = _PyThreadState_GET();
    if (!fastice_is_restored || !_PyRuntime.initialized || tstate == NULL || !_Py_IsMainThread()
        || tstate != _PyRuntime.main_tstate) {
        return 0;
    }
    PyInterpreterState *interp = tstate->interp;
    interp->finalizing = 1;
    PyObject *threading = PyImport_GetModule(&_Py_ID(threading));
    if (threading != NULL) {
        PyObject *done = PyObject_CallMethodNoArgs(threading, &_Py_ID(_shutdown));
        if (done == NULL) {
            PyErr_FormatUnraisable("Exception ignored on threading shutdown");
        }
        Py_XDECREF(done);
        Py_DECREF(threading);
    }
    _Py_FinishPendingCalls(tstate);
    _PyAtExit_Call(interp);
    if (fastice_has_libraries() || interp->threads.head != tstate || tstate->next != NULL
        || _PyRuntime.interpreters.head != interp || interp->next != NULL || _PyRuntime.atexit.ncallbacks != 0
        || would_be_noticed(interp)) {
        return 0;
    }
    _PyInterpreterState_SetFinalizing(interp, tstate);
    _PyRuntimeState_SetFinalizing(&_PyRuntime, tstate);
    *status = flush();
    fastice_phase("end");
    return 1;
}

/* What is in the snapshot, too, is taken apart. */
static void
thaw_objects(void)
{
    if (fastice_is_restored) {
        _PyGC_Unfreeze(_PyInterpreterState_Main());
    }
}

int
__wrap_Py_FinalizeEx(void)
{
    int status = 0;
    if (end_quickly(&status)) {
        return status;
    }
    thaw_objects();
    return __real_Py_FinalizeEx();
}

_Noreturn void
__wrap_Py_Exit(int exit_status)
{
    PyThreadState *tstate = _PyThreadState_GET();
    if (tstate != NULL && fastice_is_restored) {
        if (_PyThreadState_IsRunningMain(tstate)) {
            _PyInterpreterState_SetNotRunningMain(tstate->interp);
        }
        int status = 0;
        if (end_quickly(&status)) {
            exit(status < 0 ? 120 : exit_status);
        }
        thaw_objects();
    }
    __real_Py_Exit(exit_status);
}
