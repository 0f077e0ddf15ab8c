/* Runs a program that is one file of Python source, by the code object that the image has for it: as Py_RunMain() does, but
 * without opening the file, reading and compiling it.
 *
 * Sources: Modules/main.c, pymain_run_python() and Py_RunMain(); Python/pythonrun.c, _PyRun_SimpleFile() and
 * run_eval_code_obj(). */
#include "snapshot.h"

#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "marshal.h"
#include "pycore_import.h"
#include "pycore_pathconfig.h"

/* Python/pythonrun.c, flush_io() */
static void
flush(void)
{
    PyObject *exception = PyErr_GetRaisedException();
    for (const char *const *name = (const char *const[]){"stderr", "stdout", NULL}; *name; name++) {
        PyObject *file = Py_XNewRef(PySys_GetObject(*name));
        PyObject *done = file ? PyObject_CallMethod(file, "flush", NULL) : NULL;
        if (done == NULL) {
            PyErr_Clear();
        }
        Py_XDECREF(done);
        Py_XDECREF(file);
    }
    PyErr_SetRaisedException(exception);
}

/* Prints the exception; SystemExit says the exit status (Modules/main.c, pymain_exit_err_print()). */
static int
fail(void)
{
    int status = 1;
    if (!_Py_HandleSystemExit(&status)) {
        PyErr_Print();
    }
    return status;
}

/* Runs `code` as the file `filename`. Returns the exit status. */
static int
run(PyObject *filename, PyObject *code)
{
    PyInterpreterState *interp = _PyInterpreterState_Main();
    if (PySys_Audit("cpython.run_file", "O", filename) < 0 || Py_MakePendingCalls() < 0) {
        return fail();
    }
    PyObject *module = PyImport_AddModuleRef("__main__");
    if (module == NULL) {
        return fail();
    }
    PyObject *dict = Py_NewRef(PyModule_GetDict(module));
    PyObject *type = _PyImport_GetImportlibExternalLoader(interp, "SourceFileLoader");
    PyObject *loader = type ? PyObject_CallFunction(type, "sO", "__main__", filename) : NULL;
    Py_XDECREF(type);
    PyObject *result = NULL;
    if (loader != NULL && PyDict_SetItemString(dict, "__file__", filename) == 0
        && PyDict_SetItemString(dict, "__cached__", Py_None) == 0
        && PyDict_SetItemString(dict, "__loader__", loader) == 0) {
        _PyRuntime.signals.unhandled_keyboard_interrupt = 0;
        result = PyEval_EvalCode(code, dict, dict);
        if (result == NULL && PyErr_Occurred() == PyExc_KeyboardInterrupt) {
            _PyRuntime.signals.unhandled_keyboard_interrupt = 1;
        }
    }
    Py_XDECREF(loader);
    flush();
    int status = 0;
    if (result == NULL) {
        Py_CLEAR(module);
        if (_Py_HandleSystemExit(&status)) {
            /* CPython ends here, and `__file__` stays. */
            Py_DECREF(dict);
            return status;
        }
        status = fail();
    }
    Py_XDECREF(result);
    if (PyDict_PopString(dict, "__file__", NULL) < 0 || PyDict_PopString(dict, "__cached__", NULL) < 0) {
        PyErr_Print();
    }
    Py_DECREF(dict);
    Py_XDECREF(module);
    return status;
}

/* Modules/main.c, exit_sigint() */
static int
die_of_interrupt(void)
{
    if (PyOS_setsig(SIGINT, SIG_DFL) == SIG_ERR) {
        perror("signal");
    }
    else {
        kill(getpid(), SIGINT);
    }
    return SIGINT + 128;
}

/* Runs the program, of which `code` and `size` are the marshaled code object, to the end of the interpreter. */
int
fastice_run_file(const char *code, Py_ssize_t size)
{
    PyInterpreterState *interp = _PyInterpreterState_Main();
    const PyConfig *config = _PyInterpreterState_GetConfig(interp);
    PyObject *filename = PyUnicode_FromWideChar(config->run_filename, -1);
    PyObject *object = filename ? PyMarshal_ReadObjectFromString(code, size) : NULL;
    int status;
    _PyRuntime.signals.unhandled_keyboard_interrupt = 0;
    if (object == NULL || !PyCode_Check(object)
        || PyStatus_Exception(_PyPathConfig_UpdateGlobal(config))) {
        status = fail();
    }
    else {
        _PyInterpreterState_SetRunningMain(interp);
        status = run(filename, object);
        _PyInterpreterState_SetNotRunningMain(interp);
    }
    Py_XDECREF(object);
    Py_XDECREF(filename);
    if (Py_FinalizeEx() < 0) {
        status = 120;
    }
    return _PyRuntime.signals.unhandled_keyboard_interrupt ? die_of_interrupt() : status;
}
