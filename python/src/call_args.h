/* Arguments of fast calls: positional ones, then keywords by name. */
#ifndef REEL_PY_CALL_ARGS_H
#define REEL_PY_CALL_ARGS_H

#include "py.h"

enum { KEYWORDS_MAX = 8 };

/* Which of the `n_known` keywords were given: found[i] is the value of texts[i], borrowed, or NULL. known: room for the interned names, kept between calls, NULL at first. -1: exception set. */
int keywords(const char *function, PyObject *const *args, Py_ssize_t n, PyObject *names, const char *const *texts, PyObject **known, PyObject **found, size_t n_known);

#endif
