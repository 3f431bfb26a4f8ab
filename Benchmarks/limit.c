// The limit: sends a file of prebuilt memcached protocol as fast as the server accepts it and reads the
// replies without looking at them, until the reply to a final `mn` shows that every command has been answered. With
// LAST, nothing is sent after the file, and the replies end with that line, because no command may follow a dump.
// Usage: limit HOST PORT FILE [LAST]

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum { longest_mark = 64 };

static void die(const char *what) {
    perror(what);
    exit(1);
}

static int connect_to(const char *host, const char *port) {
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *address;
    int failure = getaddrinfo(host, port, &hints, &address);
    if (failure) {
        fprintf(stderr, "%s: %s\n", host, gai_strerror(failure));
        exit(1);
    }
    int s = socket(address->ai_family, address->ai_socktype, address->ai_protocol);
    if (s < 0 || connect(s, address->ai_addr, address->ai_addrlen)) die("connect");
    freeaddrinfo(address);
    int on = 1;
    setsockopt(s, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (fcntl(s, F_SETFL, O_NONBLOCK)) die("fcntl");
    return s;
}

static ssize_t unless_busy(ssize_t count, const char *what) {
    if (count >= 0) return count;
    if (errno != EAGAIN && errno != EINTR) die(what);
    return 0;
}

int main(int argc, char **argv) {
    if (argc < 4 || argc > 5) return fprintf(stderr, "usage: limit HOST PORT FILE [LAST]\n"), 2;
    const char *closing = argc == 5 ? "" : "mn\r\n";
    char last_reply[longest_mark];
    size_t mark = snprintf(last_reply, sizeof last_reply, "%s\r\n", argc == 5 ? argv[4] : "MN");
    if (mark >= sizeof last_reply) return fprintf(stderr, "limit: %s is too long\n", argv[4]), 2;

    int file = open(argv[3], O_RDONLY);
    struct stat status;
    if (file < 0 || fstat(file, &status)) die(argv[3]);
    size_t size = status.st_size;
    const char *bytes = mmap(NULL, size, PROT_READ, MAP_PRIVATE, file, 0);
    if (bytes == MAP_FAILED) die("mmap");

    int server = connect_to(argv[1], argv[2]);
    static char replies[1 << 18];
    char tail[longest_mark] = {0};  // the last bytes received, across reads
    size_t sent = 0, total = size + strlen(closing);
    while (sent < total || memcmp(tail, last_reply, mark)) {
        struct pollfd p = {.fd = server, .events = POLLIN | (sent < total ? POLLOUT : 0)};
        if (poll(&p, 1, -1) < 0 && errno != EINTR) die("poll");
        if (p.revents & (POLLIN | POLLHUP | POLLERR)) {
            ssize_t n = read(server, replies, sizeof replies);
            if (n == 0) return fprintf(stderr, "the server closed the connection\n"), 1;
            n = unless_busy(n, "read");
            size_t kept = (size_t)n < mark ? (size_t)n : mark;
            memmove(tail, tail + kept, mark - kept);
            memcpy(tail + mark - kept, replies + n - kept, kept);
        }
        if (p.revents & POLLOUT) {
            ssize_t n = sent < size ? write(server, bytes + sent, size - sent)
                                    : write(server, closing + (sent - size), total - sent);
            sent += unless_busy(n, "write");
        }
    }
    return 0;
}
