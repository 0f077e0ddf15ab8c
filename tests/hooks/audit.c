// PEP 578: an audit hook that is added before Python is initialized.

typedef struct PyObject PyObject;

static const char *first;
static int count;

int hook(const char *event, PyObject *arguments, void *data)
{
    if (count++ == 0)
        first = event;
    return 0;
}

int events(void) { return count; }

const char *first_event(void) { return first; }
