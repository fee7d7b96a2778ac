/* array_shape, array_facts, combine and pick: small sums over arrays for constructors written in Python. */
#ifndef REEL_PY_ARITH_H
#define REEL_PY_ARITH_H

#include "py.h"

int arith_init(PyObject *module);

#endif
