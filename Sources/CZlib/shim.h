#ifndef MCSH_CZLIB_SHIM_H
#define MCSH_CZLIB_SHIM_H

#include <zlib.h>

#endif
