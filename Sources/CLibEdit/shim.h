#ifndef MCSH_CLIBEDIT_SHIM_H
#define MCSH_CLIBEDIT_SHIM_H

#include <histedit.h>

#endif
