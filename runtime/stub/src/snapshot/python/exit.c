/* The end of a process that started from a snapshot. CPython's finalization would touch every object of the snapshot, which
 * takes longer than the whole start. Its first half, which programs see, is done as ever; the second half, which takes the interpreter
 * apart, only where somebody could notice: where objects live that want to be told.
 *
 * Source: Python/pylifecycle.c, _Py_Finalize(). */
#include "snapshot.h"

#include <string.h>

#include "pycore_ceval.h"
#include "pycore_gc.h"
#include "pycore_frame.h"
#include "pycore_genobject.h"
#include "pycore_weakref.h"

/* Is `callback`, of a weak reference, one of the standard library's that only tidies up a container? */
static int
is_silent(PyObject *callback)
{
    if (PyCFunction_Check(callback)) {
        /* Of abstract base classes (Modules/_abc.c) and of thread-local data (Modules/_threadmodule.c). */
        const char *name = ((PyCFunctionObject *)callback)->m_ml->ml_name;
        return strcmp(name, "_destroy") == 0 || strcmp(name, "clear_locals") == 0;
    }
    if (!PyFunction_Check(callback)) {
        return 0;
    }
    PyObject *module = ((PyFunctionObject *)callback)->func_module;
    return module != NULL && PyUnicode_Check(module)
        && (PyUnicode_EqualToUTF8(module, "weakref") || PyUnicode_EqualToUTF8(module, "_weakrefset")
            || PyUnicode_EqualToUTF8(module, "functools") || PyUnicode_EqualToUTF8(module, "logging") || PyUnicode_EqualToUTF8(module, "_frozen_importlib"));
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

int
fastice_would_be_noticed(PyInterpreterState *interp)
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

/* Native code of libraries that were loaded may have to do something when its objects end, which nobody can see beforehand. So
 * the modules that this process has imported itself are taken apart, and the snapshot's stay: see
 * `templates/bootstrap/snapshot.py`. Nothing else lives that would notice. */
static int
drop_late_modules(void)
{
    if (!fastice_remembered.is_preloaded) {
        return 0;
    }
    PyObject *module = PyDict_GetItemString(PyImport_GetModuleDict(), "_fastice_snapshot");
    PyObject *done = module ? PyObject_CallMethod(module, "drop_late_modules", NULL) : NULL;
    Py_XDECREF(done);
    PyErr_Clear();
    return done != NULL;
}

/* For finish.rs, between the two halves: need the interpreter, which was restored, not be taken apart? */
int
fastice_can_end(PyThreadState *tstate)
{
    PyInterpreterState *interp = tstate->interp;
    if (_Py_IsMainThread() && tstate == _PyRuntime.main_tstate
        && interp->threads.head == tstate && tstate->next == NULL
        && _PyRuntime.interpreters.head == interp && interp->next == NULL && _PyRuntime.atexit.ncallbacks == 0
        && !fastice_is_output_left() && !(fastice_wants_end & FASTICE_FINALIZERS) && !fastice_would_be_noticed(interp)
        && (!fastice_has_libraries() || (drop_late_modules() && !fastice_is_output_left()))) {
        return 1;
    }
    /* What is in the snapshot, too, is taken apart. */
    _PyGC_Unfreeze(_PyInterpreterState_Main());
    return 0;
}
