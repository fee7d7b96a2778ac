/* What blueprints need of the library. */
#ifndef REEL_PY_BLUEPRINT_H
#define REEL_PY_BLUEPRINT_H

#include "py.h"

int blueprint_init(PyObject *module);

#endif
