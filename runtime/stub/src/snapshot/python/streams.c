/* The standard streams. They stay the same objects, as modules may have kept them; what CPython found out about their files
 * when it opened them is found out again.
 *
 * Their structures are private to Modules/_io. build.rs takes them out of CPython's own source. */
#include "snapshot.h"

#include <sys/stat.h>
#include <unistd.h>

#include "pycore_weakref.h"

#include "_iomodule.h"
#include "io_layout.h"

/* DEFAULT_BUFFER_SIZE of Modules/_io/fileio.c's users */
#define USUAL_SIZE 8192

static const char *const names[3] = {"__stdin__", "__stdout__", "__stderr__"};

/* The three layers of each. They live as long as `sys` does. */
static struct {
    textio *text;
    buffered *buffer;
    fileio *raw;
} streams[3];

/* Weak references to what writes: the text layers of stdout and stderr, and their buffers. */
static PyObject *writers[2][2];

static int
is_of_type(PyObject *object, const char *name)
{
    return object != NULL && strcmp(Py_TYPE(object)->tp_name, name) == 0;
}

/* Remembers the streams of the interpreter of which a snapshot is made; -1 if they are not what CPython has made. */
int
fastice_remember_streams(void)
{
    for (int fd = 0; fd < 3; fd++) {
        PyObject *text = PySys_GetObject(names[fd]);
        if (!is_of_type(text, "_io.TextIOWrapper")) {
            return -1;
        }
        PyObject *buffer = ((textio *)text)->buffer;
        if (!is_of_type(buffer, fd == 0 ? "_io.BufferedReader" : "_io.BufferedWriter")) {
            return -1;
        }
        PyObject *raw = ((buffered *)buffer)->raw;
        if (!is_of_type(raw, "_io.FileIO") || ((fileio *)raw)->fd != fd
            || ((textio *)text)->pending_bytes_count != 0 || ((buffered *)buffer)->write_end > 0) {
            return -1;
        }
        streams[fd].text = (textio *)text;
        streams[fd].buffer = (buffered *)buffer;
        streams[fd].raw = (fileio *)raw;
        if (fd > 0 && ((writers[fd - 1][0] = PyWeakref_NewRef(text, NULL)) == NULL
                       || (writers[fd - 1][1] = PyWeakref_NewRef(buffer, NULL)) == NULL)) {
            return -1;
        }
    }
    return 0;
}

/* Does something wait to be written that finalization writes only when it takes the streams apart? It flushes sys.stdout and
 * sys.stderr before that, but they may be others by then. */
int
fastice_is_output_left(void)
{
    PyObject *out = PySys_GetObject("stdout");
    PyObject *error = PySys_GetObject("stderr");
    for (int i = 0; i < 2; i++) {
        textio *text = (textio *)_PyWeakref_GET_REF(writers[i][0]);
        buffered *buffer = (buffered *)_PyWeakref_GET_REF(writers[i][1]);
        int is_left = (text != NULL && text->pending_bytes_count > 0)
            || (buffer != NULL && buffer->write_end >= 0 && buffer->write_pos < buffer->write_end);
        int is_flushed = text != NULL && text->buffer == (PyObject *)buffer
            && ((PyObject *)text == out || (PyObject *)text == error);
        Py_XDECREF(text);
        Py_XDECREF(buffer);
        if (is_left && !is_flushed) {
            return 1;
        }
    }
    return 0;
}

/* Modules/_io/bufferedio.c, _buffered_init() */
static int
set_buffer_size(buffered *buffer, Py_ssize_t size)
{
    if (buffer->buffer_size == size) {
        return 0;
    }
    char *memory = PyMem_Malloc(size);
    if (memory == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    PyMem_Free(buffer->buffer);
    buffer->buffer = memory;
    buffer->buffer_size = size;
    Py_ssize_t n = size - 1;
    while (n & 1) {
        n >>= 1;
    }
    buffer->buffer_mask = n == 0 ? size - 1 : 0;
    return 0;
}

/* Modules/_io/textio.c, TextIOWrapper.__init__(): how errors of encoding are handled. */
static int
set_errors(textio *text, PyObject *errors)
{
    if (PyUnicode_Compare(text->errors, errors) == 0) {
        return 0;
    }
    Py_SETREF(text->errors, Py_NewRef(errors));
    if (text->encoder != NULL && PyObject_SetAttrString(text->encoder, "errors", errors) < 0) {
        return -1;
    }
    return text->decoder != NULL ? PyObject_SetAttrString(text->decoder, "errors", errors) : 0;
}

/* Python/pylifecycle.c, create_stdio() */
int
fastice_restore_streams(const wchar_t *errors)
{
    PyObject *name = PyUnicode_FromWideChar(errors, -1);
    if (name == NULL) {
        return -1;
    }
    for (int fd = 0; fd < 3; fd++) {
        textio *text = streams[fd].text;
        buffered *buffer = streams[fd].buffer;
        fileio *raw = streams[fd].raw;
        struct stat status;
        if (fstat(fd, &status) != 0) {
            PyErr_SetFromErrno(PyExc_OSError);
            Py_DECREF(name);
            return -1;
        }
        off_t position = lseek(fd, 0, SEEK_CUR);
        int is_seekable = position >= 0;
        raw->blksize = status.st_blksize > 1 ? (unsigned int)status.st_blksize : USUAL_SIZE;
        raw->seekable = is_seekable;
        buffer->abs_pos = is_seekable ? position : 0;
        text->seekable = text->telling = (char)is_seekable;
        text->encoding_start_of_stream = !(is_seekable && position > 0);
        text->line_buffering = fd == 2 || (S_ISCHR(status.st_mode) && isatty(fd));
        if (set_buffer_size(buffer, raw->blksize) < 0 || (fd != 2 && set_errors(text, name) < 0)) {
            Py_DECREF(name);
            return -1;
        }
    }
    Py_DECREF(name);
    return 0;
}
