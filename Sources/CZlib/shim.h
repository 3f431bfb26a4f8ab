#ifndef MCSH_CZLIB_SHIM_H
#define MCSH_CZLIB_SHIM_H

#include <zlib.h>

// deflateInit2 is a macro, which Swift does not see; it adds the version and the size that zlib checks.
static inline int mcsh_deflateInit2(z_stream *stream, int level, int windowBits, int memLevel) {
    return deflateInit2(stream, level, Z_DEFLATED, windowBits, memLevel, Z_DEFAULT_STRATEGY);
}

// inflateInit2 is a macro for the same reason.
static inline int mcsh_inflateInit2(z_stream *stream, int windowBits) {
    return inflateInit2(stream, windowBits);
}

#endif
