#ifdef __linux__
#define _GNU_SOURCE
#endif

#include "cstart.h"

#include <fcntl.h>
#include <unistd.h>

#ifdef __linux__
#include <malloc.h>
#include <stdlib.h>
#include <sys/resource.h>

// When a Swift program starts, its runtime looks up the program's own path, and ends the program where it does not find it:
// a static program finds it in /proc, which a plain chroot does not have. With the root of the runtime given it does not
// look. This runs before the runtime's own initializers, which have the default priority.

static int is_set;
static int argument_count;
static char **argument_list;

// glibc hands the arguments to initializers, other libraries do not.
#ifdef __GLIBC__
__attribute__((constructor(101))) static void mcsh_start_begin(int count, char **list, char **environment) {
    (void)environment;
    argument_count = count;
    argument_list = list;
#else
__attribute__((constructor(101))) static void mcsh_start_begin(void) {
#endif
    // Where the address space is limited, a part of it is not set aside for each thread: the limit is soon reached then.
    struct rlimit limit;
    if (getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY) {
#ifdef M_ARENA_MAX
        mallopt(M_ARENA_MAX, 1);
#endif
    }
    if (access("/proc/self/exe", F_OK) != 0 && getenv("SWIFT_ROOT") == NULL) {
        is_set = setenv("SWIFT_ROOT", "/", 0) == 0;
    }
}

void mcsh_start_finish(void) {
    if (is_set) unsetenv("SWIFT_ROOT");
}

int mcsh_argument_count(void) { return argument_count; }

char *mcsh_argument(int index) { return argument_list[index]; }

int mcsh_pipe(int ends[2]) { return pipe2(ends, O_CLOEXEC); }
#else
int mcsh_argument_count(void) { return 0; }

char *mcsh_argument(int index) {
    (void)index;
    return 0;
}

int mcsh_pipe(int ends[2]) {
    if (pipe(ends) != 0) return -1;
    fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    fcntl(ends[1], F_SETFD, FD_CLOEXEC);
    return 0;
}

void mcsh_start_finish(void) {}
#endif
