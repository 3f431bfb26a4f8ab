#ifdef __linux__
#define _GNU_SOURCE
#endif

#include "cstart.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <termios.h>
#include <unistd.h>

// Swift aborts the program if an allocation fails, and SwiftNIO ends it with an illegal instruction or a trap. An abort counts
// as that if memory is limited, and a trap if half of the limit is not free; without a limit both do if the system does not
// provide a gibibyte. After any other abort the handler returns, and `abort` ends the program as usual.

static int out_of_memory_status;
static int has_terminal;
static struct termios terminal;

// The limit of a resource in bytes, and a gibibyte without one.
static size_t limit_of(int resource) {
    struct rlimit limit;
    if (getrlimit(resource, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return 1 << 30;
    return limit.rlim_cur < 1 << 30 ? (size_t)limit.rlim_cur : 1 << 30;
}

static int is_out_of_memory(int number) {
    size_t limit = limit_of(RLIMIT_AS);
    const size_t data = limit_of(RLIMIT_DATA);
    if (data < limit) limit = data;
    if (limit < 1 << 30 && number == SIGABRT) return 1;
    const size_t size = limit < 1 << 30 ? limit / 2 : limit;
    void *memory = mmap(0, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0);
    if (memory == MAP_FAILED) return 1;
    munmap(memory, size);
    return 0;
}

static void mcsh_ended(int number) {
    static const char message[] = "mcsh: out of memory\n";
    if (!is_out_of_memory(number)) {
        signal(number, SIG_DFL);
        return;
    }
    if (has_terminal) tcsetattr(STDIN_FILENO, TCSANOW, &terminal);
    if (write(STDERR_FILENO, message, sizeof message - 1) < 0) _exit(out_of_memory_status);
    _exit(out_of_memory_status);
}

void mcsh_end_if_out_of_memory(int status) {
    out_of_memory_status = status;
    has_terminal = isatty(STDIN_FILENO) && tcgetattr(STDIN_FILENO, &terminal) == 0;
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = mcsh_ended;
    sigaction(SIGABRT, &action, 0);
    sigaction(SIGILL, &action, 0);
    sigaction(SIGTRAP, &action, 0);
}

#ifdef __linux__
#include <malloc.h>
#include <stdlib.h>

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
