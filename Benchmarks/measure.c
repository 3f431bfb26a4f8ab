// Runs one command and prints its wall time in seconds, its peak memory in bytes and its exit status. It is a
// small separate program because a child's peak includes the memory of its parent until exec: Python's would show.
// Usage: measure INPUT OUTPUT COMMAND [ARGUMENT...]

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec / 1e9;
}

int main(int argc, char **argv) {
    if (argc < 4) return fprintf(stderr, "usage: measure INPUT OUTPUT COMMAND [ARGUMENT...]\n"), 2;
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, STDIN_FILENO, argv[1], O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, argv[2], O_WRONLY | O_CREAT | O_TRUNC, 0600);

    double start = now();
    pid_t child;
    int failure = posix_spawnp(&child, argv[3], &files, NULL, argv + 3, environ);
    if (failure) return fprintf(stderr, "%s: %s\n", argv[3], strerror(failure)), 1;
    int status;
    struct rusage usage;
    while (wait4(child, &status, 0, &usage) < 0)
        if (errno != EINTR) return perror("wait4"), 1;
    double seconds = now() - start;

#ifdef __APPLE__
    long peak = usage.ru_maxrss;
#else
    long peak = usage.ru_maxrss * 1024;
#endif
    printf("%.6f %ld %d\n", seconds, peak, WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
    return 0;
}
