// PEP 523: counts the frames that Python evaluates. Names of CPython's are declared here, as its headers are no part of a
// runtime pack; the interpreter in the executable exports them.

typedef struct PyObject PyObject;
typedef struct PyThreadState PyThreadState;
typedef struct PyInterpreterState PyInterpreterState;
struct Frame;
typedef PyObject *(*Eval)(PyThreadState *, struct Frame *, int);

PyInterpreterState *PyInterpreterState_Get(void);
void _PyInterpreterState_SetEvalFrameFunc(PyInterpreterState *, Eval);
PyObject *_PyEval_EvalFrameDefault(PyThreadState *, struct Frame *, int);

static int count;

static PyObject *eval(PyThreadState *thread, struct Frame *frame, int throws)
{
    count++;
    return _PyEval_EvalFrameDefault(thread, frame, throws);
}

void install(void) { _PyInterpreterState_SetEvalFrameFunc(PyInterpreterState_Get(), eval); }

void uninstall(void) { _PyInterpreterState_SetEvalFrameFunc(PyInterpreterState_Get(), _PyEval_EvalFrameDefault); }

int frames(void) { return count; }
