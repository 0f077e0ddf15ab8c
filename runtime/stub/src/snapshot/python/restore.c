/* Makes an interpreter that was initialized elsewhere the interpreter of this process: everything that CPython's
 * initialization reads from the process is read again here. */
#include "snapshot.h"

#include <gnu/libc-version.h>
#include <langinfo.h>
#include <locale.h>
#include <signal.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "pycore_fileutils.h"
#include "pycore_gc.h"
#include "pycore_pyhash.h"
#include "pycore_pymem.h"

/* Python/pystate.c: the thread state, for this thread. */
static int
restore_thread(void)
{
    PyThreadState *tstate = _PyRuntime.main_tstate;
    if (PyThread_tss_create(&_PyRuntime.autoTSSkey) != 0
        || PyThread_tss_set(&_PyRuntime.autoTSSkey, tstate) != 0
        || PyThread_tss_create(&_PyRuntime.trashTSSkey) != 0) {
        return -1;
    }
    _Py_tss_tstate = tstate;
    tstate->thread_id = PyThread_get_thread_ident();
    tstate->native_thread_id = PyThread_get_thread_native_id();
    _PyRuntime.main_thread = tstate->thread_id;
    return 0;
}

/* A string of PyConfig. */
static int
set_wide(wchar_t **field, const wchar_t *value)
{
    wchar_t *copy = value ? _PyMem_RawWcsdup(value) : NULL;
    if (value != NULL && copy == NULL) {
        return -1;
    }
    PyMem_RawFree(*field);
    *field = copy;
    return 0;
}

static int
set_bytes(wchar_t **field, const char *value)
{
    wchar_t *wide = Py_DecodeLocale(value, NULL);
    if (wide == NULL) {
        return -1;
    }
    PyMem_RawFree(*field);
    *field = wide;
    return 0;
}

/* A list of strings of PyConfig, with new items. `first` comes before `argv` if it is not null. */
static int
set_list(PyWideStringList *list, const wchar_t *first, int argc, char *const *argv)
{
    wchar_t **items = PyMem_RawCalloc((size_t)argc + 2, sizeof(wchar_t *));
    if (items == NULL) {
        return -1;
    }
    Py_ssize_t length = 0;
    if (first != NULL) {
        items[length] = _PyMem_RawWcsdup(first);
        if (items[length++] == NULL) {
            return -1;
        }
    }
    for (int i = 0; i < argc; i++) {
        items[length] = Py_DecodeLocale(argv[i], NULL);
        if (items[length++] == NULL) {
            return -1;
        }
    }
    for (Py_ssize_t i = 0; i < list->length; i++) {
        PyMem_RawFree(list->items[i]);
    }
    PyMem_RawFree(list->items);
    list->items = items;
    list->length = length;
    return 0;
}

/* Python/preconfig.c, preconfig_init_utf8_mode() and _PyPreConfig_Write(): the locale of the environment was set before
 * (setlocale(LC_CTYPE, "")), and it is one whose encoding is UTF-8, or the C locale. */
static int
restore_locale(PyConfig *config)
{
    const char *locale = setlocale(LC_CTYPE, NULL);
    int utf8_mode = locale == NULL || strcmp(locale, "C") == 0 || strcmp(locale, "POSIX") == 0;
    int is_legacy = _Py_LegacyLocaleDetected(0);
    if (is_legacy) {
        _Py_CoerceLegacyLocale(0);
    }
    _PyRuntime.preconfig.utf8_mode = utf8_mode;
    _PyRuntime.preconfig.coerce_c_locale = is_legacy ? 2 : 0;
    Py_UTF8Mode = utf8_mode; /* deprecated for users; Py_DecodeLocale reads it */
    _Py_ResetForceASCII();
    /* Python/initconfig.c, config_get_stdio_errors() */
    int is_lenient = utf8_mode || _Py_IsLocaleCoercionTarget(locale);
    return set_wide(&config->stdio_errors, is_lenient ? L"surrogateescape" : L"strict");
}

/* Python/initconfig.c: what stems from the command line. */
static int
restore_config(PyConfig *config, const fastice_start *start)
{
    /* CPython keeps a command line without a single argument as one empty argument. */
    static char *const nothing[] = {""};
    int argc = start->argc;
    char *const *argv = start->argv;
    if (set_list(&config->orig_argv, NULL, start->original_argc, start->original_argv) < 0
        || set_list(&_PyRuntime.orig_argv, NULL, start->original_argc, start->original_argv) < 0) {
        return -1;
    }
    if (argc == 0) {
        argc = 1;
        argv = nothing;
    }
    if (set_bytes(&config->program_name, argv[0][0] ? argv[0] : "python3") < 0
        || set_bytes(&config->executable, start->executable) < 0
        || set_bytes(&config->base_executable, start->executable) < 0) {
        return -1;
    }
    if (start->command == NULL && start->module == NULL) {
        return set_list(&config->argv, NULL, argc, argv);
    }
    if (set_wide(&config->run_filename, NULL) < 0 || set_wide(&config->run_module, NULL) < 0
        || set_wide(&config->run_command, NULL) < 0) {
        return -1;
    }
    config->parse_argv = 1;
    if (start->module != NULL) {
        return set_bytes(&config->run_module, start->module) < 0
            || set_list(&config->argv, L"-m", start->extra_argc, start->extra_argv) < 0 ? -1 : 0;
    }
    /* CPython ends the code with a newline. */
    size_t length = strlen(start->command);
    char *code = PyMem_RawMalloc(length + 2);
    if (code == NULL) {
        return -1;
    }
    memcpy(code, start->command, length);
    memcpy(code + length, "\n", 2);
    int result = set_bytes(&config->run_command, code);
    PyMem_RawFree(code);
    return result < 0 || set_list(&config->argv, L"-c", start->extra_argc, start->extra_argv) < 0 ? -1 : 0;
}

/* Replaces the items of a list in `sys`, which stays the same object. */
static int
set_sys_list(const char *name, const PyWideStringList *values)
{
    PyObject *list = PySys_GetObject(name);
    PyObject *items = PyList_New(values->length);
    if (list == NULL || !PyList_CheckExact(list) || items == NULL) {
        return -1;
    }
    for (Py_ssize_t i = 0; i < values->length; i++) {
        PyObject *item = PyUnicode_FromWideChar(values->items[i], -1);
        if (item == NULL) {
            return -1;
        }
        PyList_SET_ITEM(items, i, item);
    }
    int result = PyList_SetSlice(list, 0, PyList_GET_SIZE(list), items);
    Py_DECREF(items);
    return result;
}

static int
set_sys_string(const char *name, const wchar_t *value)
{
    PyObject *string = PyUnicode_FromWideChar(value, -1);
    int result = string ? PySys_SetObject(name, string) : -1;
    Py_XDECREF(string);
    return result;
}

/* An item of `sys.flags`, which is a structure sequence and otherwise immutable. */
static int
set_flag(const char *name, int value)
{
    PyObject *flags = PySys_GetObject("flags");
    if (flags == NULL) {
        return -1;
    }
    PyMemberDef *members = Py_TYPE(flags)->tp_members;
    for (Py_ssize_t i = 0; members[i].name != NULL; i++) {
        if (strcmp(members[i].name, name) == 0) {
            /* The old value is a small integer, and immortal. */
            PyStructSequence_SetItem(flags, i, PyLong_FromLong(value));
            return 0;
        }
    }
    return -1;
}

/* Python/sysmodule.c, _PySys_UpdateConfig() */
static int
restore_sys(const PyConfig *config)
{
    if (set_sys_list("argv", &config->argv) < 0
        || set_sys_list("orig_argv", &config->orig_argv) < 0
        || set_sys_string("executable", config->executable) < 0
        || set_sys_string("_base_executable", config->base_executable) < 0
        || set_flag("utf8_mode", _PyRuntime.preconfig.utf8_mode) < 0) {
        return -1;
    }
    if (strcmp(fastice_remembered.libc, gnu_get_libc_version()) != 0) {
        PyObject *info = PyThread_GetInfo();
        int result = info ? PySys_SetObject("thread_info", info) : -1;
        Py_XDECREF(info);
        return result;
    }
    return 0;
}

/* Modules/posixmodule.c, convertenviron() */
static int
restore_environ(void)
{
    PyObject *dict = fastice_remembered.environ;
    for (char **entry = environ; entry != NULL && *entry != NULL; entry++) {
        const char *sign = strchr(*entry, '=');
        if (sign == NULL) {
            continue;
        }
        PyObject *name = PyBytes_FromStringAndSize(*entry, sign - *entry);
        PyObject *value = PyBytes_FromString(sign + 1);
        int failed = name == NULL || value == NULL || PyDict_SetDefaultRef(dict, name, value, NULL) < 0;
        Py_XDECREF(name);
        Py_XDECREF(value);
        if (failed) {
            return -1;
        }
    }
    return 0;
}

/* Modules/signalmodule.c: signals that were ignored before the program started stay so, and `signal.getsignal` says so. In the
 * snapshot all of them have their default action. */
static int
restore_signals(void)
{
    PyOS_setsig(SIGPIPE, SIG_IGN);
    PyOS_setsig(SIGXFSZ, SIG_IGN);
    for (int number = 1; number < Py_NSIG; number++) {
        if (number == SIGPIPE || number == SIGXFSZ) {
            continue;
        }
        struct sigaction action;
        if (sigaction(number, NULL, &action) != 0) {
            continue;
        }
        if (action.sa_handler == SIG_IGN) {
            PyObject *module = PyImport_ImportModule("_signal");
            PyObject *ignore = module ? PyObject_GetAttrString(module, "SIG_IGN") : NULL;
            PyObject *old = ignore ? PyObject_CallMethod(module, "signal", "iO", number, ignore) : NULL;
            Py_XDECREF(module);
            Py_XDECREF(ignore);
            Py_XDECREF(old);
            if (old == NULL) {
                return -1;
            }
        }
        else if (number == SIGINT) {
            PyOS_setsig(SIGINT, fastice_remembered.sigint);
        }
    }
    return 0;
}

/* Python/pylifecycle.c, add_main_module(). A new one: that of the snapshot is never collected, nor would be what is
 * in it. */
static int
restore_main_module(void)
{
    PyObject *modules = PyImport_GetModuleDict();
    PyObject *old = PyDict_GetItemString(modules, "__main__");
    PyObject *module = PyModule_New("__main__");
    if (old == NULL || module == NULL) {
        Py_XDECREF(module);
        return -1;
    }
    PyObject *from = PyModule_GetDict(old);
    PyObject *to = PyModule_GetDict(module);
    PyObject *annotations = PyDict_New();
    int result = annotations ? PyDict_SetItemString(to, "__annotations__", annotations) : -1;
    Py_XDECREF(annotations);
    for (const char *const *name = (const char *const[]){"__builtins__", "__loader__", NULL}; *name; name++) {
        PyObject *value = PyDict_GetItemString(from, *name);
        if (result == 0) {
            result = value ? PyDict_SetItemString(to, *name, value) : -1;
        }
    }
    if (result == 0) {
        result = PyDict_SetItemString(modules, "__main__", module);
    }
    Py_DECREF(module);
    return result;
}

/* `time.tzname` and its relatives, which the module reads when it is imported. */
int
fastice_restore_time(void)
{
    PyObject *time = PyDict_GetItemString(PyImport_GetModuleDict(), "time");
    if (time == NULL) {
        return 0;
    }
    PyObject *done = PyObject_CallMethod(time, "tzset", NULL);
    Py_XDECREF(done);
    return done ? 0 : -1;
}

/* What `_fastice` (module.rs) and the importer know of the command line: the name of the program; and of no program, if an
 * interpreter runs in its place. */
static int
restore_program(const PyConfig *config, int is_program)
{
    PyObject *module = PyDict_GetItemString(PyImport_GetModuleDict(), "_fastice");
    PyObject *cache = PySys_GetObject("path_importer_cache");
    PyObject *file = module ? PyObject_GetAttrString(module, "PROGRAM_FILE") : NULL;
    PyObject *name = PyUnicode_FromWideChar(config->orig_argv.length ? config->orig_argv.items[0] : L"", -1);
    int result = -1;
    if (file != NULL && name != NULL && cache != NULL) {
        result = PyObject_SetAttrString(module, "PROGRAM_NAME", name);
        if (result == 0 && !is_program) {
            result = (file != Py_None && PyDict_Pop(cache, file, NULL) < 0)
                || PyObject_SetAttrString(module, "PROGRAM_FILE", Py_None) < 0
                || PyObject_SetAttrString(module, "PROGRAM_MODULE", Py_None) < 0 ? -1 : 0;
        }
    }
    Py_XDECREF(file);
    Py_XDECREF(name);
    return result;
}

/* What modules that are imported already know of their process: see `templates/bootstrap/snapshot.py`. */
static int
restore_modules(void)
{
    if (!fastice_remembered.is_preloaded) {
        return 0;
    }
    PyObject *module = PyDict_GetItemString(PyImport_GetModuleDict(), "_fastice_snapshot");
    PyObject *done = module ? PyObject_CallMethod(module, "restore", NULL) : NULL;
    Py_XDECREF(done);
    return done ? 0 : -1;
}

/* What .pth files run: see the importer. */
static int
start_program(void)
{
    PyObject *importer = PyDict_GetItemString(PyImport_GetModuleDict(), "_fastice_importer");
    PyObject *done = importer ? PyObject_CallMethod(importer, "start", NULL) : NULL;
    Py_XDECREF(done);
    return done ? 0 : -1;
}

/* What is behind the key of string hashes in the same union: the salt of expat. String hashes stay what they are in the
 * snapshot, as every dictionary depends on them. */
static void
restore_salt(void)
{
    size_t key = sizeof _Py_HashSecret.siphash;
    unsigned char *begin = _Py_HashSecret.uc + key;
    if (getrandom(begin, sizeof _Py_HashSecret - key, GRND_NONBLOCK) < 0) {
        /* As early as during boot: the address of the stack is random as well. */
        uintptr_t address = (uintptr_t)&key;
        memcpy(begin, &address, sizeof address);
    }
}

/* The name of the step that failed, with a Python exception set or not; null if all is well. */
const char *
fastice_restore(const fastice_start *start, void (*phase)(const char *name))
{
    PyConfig *config = (PyConfig *)_PyInterpreterState_GetConfig(_PyInterpreterState_Main());
    if (restore_thread() < 0) {
        return "threads";
    }
    if (restore_locale(config) < 0 || restore_config(config, start) < 0) {
        return "configuration";
    }
    phase("thread, locale, configuration");
    if (restore_sys(config) < 0) {
        return "sys";
    }
    if (restore_environ() < 0) {
        return "environment";
    }
    phase("sys, environment");
    if (restore_signals() < 0) {
        return "signals";
    }
    phase("signals");
    if (fastice_restore_streams(config->stdio_errors) < 0) {
        return "standard streams";
    }
    phase("standard streams");
    restore_salt();
    if (fastice_restore_time() < 0) {
        return "time";
    }
    if (restore_program(config, start->command == NULL && start->module == NULL) < 0) {
        return "_fastice";
    }
    /* What was made up to here is the interpreter's own, too. */
    _PyGC_Freeze(_PyInterpreterState_Main());
    if (restore_main_module() < 0) {
        return "__main__";
    }
    phase("time, __main__");
    if (restore_modules() < 0) {
        return "modules";
    }
    phase("modules");
    if (start_program() < 0) {
        return "startup code";
    }
    return NULL;
}
