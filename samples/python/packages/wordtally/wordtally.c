#define PY_SSIZE_T_CLEAN
#include <Python.h>

/* count(text) -> how many runs of characters that are no white space there are. */
static PyObject *count(PyObject *module, PyObject *argument)
{
    Py_ssize_t words = 0;
    int inside = 0;
    if (!PyUnicode_Check(argument)) {
        PyErr_SetString(PyExc_TypeError, "count() takes a str");
        return NULL;
    }
    for (Py_ssize_t i = 0; i < PyUnicode_GET_LENGTH(argument); i++) {
        int space = Py_UNICODE_ISSPACE(PyUnicode_READ_CHAR(argument, i));
        if (!space && !inside) words++;
        inside = !space;
    }
    return PyLong_FromSsize_t(words);
}

static PyMethodDef methods[] = {
    {"count", count, METH_O, "How many words a text has."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "wordtally", "Counts words, quickly.", -1, methods};

PyMODINIT_FUNC PyInit_wordtally(void) { return PyModule_Create(&definition); }
