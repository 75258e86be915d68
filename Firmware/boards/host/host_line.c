#define _GNU_SOURCE
#include "host_line.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <termios.h>
#include <unistd.h>

#include "host_speed.h"

enum { LOST_ONE_IN = 100 };

static _Noreturn void fail(const char *what, const char *where) {
    fprintf(stderr, "host board: cannot %s %s: %s\n", what, where, strerror(errno));
    exit(1);
}

struct host_line host_line_listen(const char *path) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path) {
        errno = ENAMETOOLONG;
        fail("listen on", path);
    }
    memcpy(address.sun_path, path, strlen(path));
    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (listener < 0)
        fail("make a socket for", path);
    if (unlink(path) != 0 && errno != ENOENT)
        fail("replace", path);
    if (bind(listener, (const struct sockaddr *)&address, sizeof address) != 0)
        fail("bind", path);
    if (listen(listener, 1) != 0)
        fail("listen on", path);
    return (struct host_line){.listener = listener, .connection = -1, .terminal = -1};
}

/* The terminal's own end stays open here too, so that a client may come and go without the master
 * reading EIO. Its name is the one line on standard output. */
struct host_line host_line_open_terminal(uint32_t baud) {
    int master = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK);
    if (master < 0 || grantpt(master) != 0 || unlockpt(master) != 0)
        fail("open", "/dev/ptmx");
    const char *name = ptsname(master);
    int terminal = name == NULL ? -1 : open(name, O_RDWR | O_NOCTTY);
    struct termios settings;
    if (terminal < 0 || tcgetattr(terminal, &settings) != 0)
        fail("open", "its terminal");
    cfmakeraw(&settings);
    if (tcsetattr(terminal, TCSANOW, &settings) != 0 || !host_speed_set(terminal, baud))
        fail("set up", name);
    printf("%s\n", name);
    fflush(stdout);
    return (struct host_line){
        .listener = -1, .connection = master, .terminal = terminal, .baud = baud, .random = 1};
}

static void accept_client(struct host_line *line) {
    if (line->connection < 0 && line->listener >= 0) {
        line->connection = accept4(line->listener, NULL, NULL, SOCK_NONBLOCK);
    }
}

static void drop_client(struct host_line *line) {
    if (line->listener < 0)
        return; /* a terminal has no client to lose */
    close(line->connection);
    line->connection = -1;
}

static bool is_only_later(int error) {
    return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
}

/* Xorshift (Marsaglia, 2003). */
static uint32_t draw(struct host_line *line) {
    line->random ^= line->random << 13;
    line->random ^= line->random >> 17;
    line->random ^= line->random << 5;
    return line->random;
}

static bool is_garbled(const struct host_line *line) {
    return line->terminal >= 0 && host_speed(line->terminal) != line->baud;
}

static bool is_lossy(const struct host_line *line) {
    return line->lossy_above != 0 && line->baud > line->lossy_above;
}

/* What becomes of bytes on the line; returns how many are left. */
static uint32_t suffer(struct host_line *line, uint8_t *bytes, uint32_t count, bool garbled) {
    if (garbled) {
        for (uint32_t i = 0; i < count; i++)
            bytes[i] = (uint8_t)(draw(line) >> 8);
    }
    if (!is_lossy(line))
        return count;
    uint32_t left = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (draw(line) % LOST_ONE_IN != 0)
            bytes[left++] = bytes[i];
    }
    return left;
}

uint32_t host_line_read(struct host_line *line, uint8_t *destination, uint32_t capacity) {
    accept_client(line);
    if (line->connection < 0 || capacity == 0)
        return 0;
    ssize_t count = read(line->connection, destination, capacity);
    if (count > 0) {
        bool garbled = is_garbled(line);
        line->garbled_bytes += garbled ? (uint32_t)count : 0;
        return suffer(line, destination, (uint32_t)count, garbled);
    }
    if (count == 0 || !is_only_later(errno))
        drop_client(line);
    return 0;
}

uint32_t host_line_write(struct host_line *line, const uint8_t *source, uint32_t byte_count) {
    accept_client(line);
    if (line->connection < 0 || byte_count == 0)
        return byte_count;
    uint8_t bytes[256];
    uint32_t part = byte_count < sizeof bytes ? byte_count : (uint32_t)sizeof bytes;
    memcpy(bytes, source, part);
    uint32_t left = suffer(line, bytes, part, is_garbled(line));
    ssize_t count = write(line->connection, bytes, left);
    if (left < part && count >= 0)
        return part; /* what the kernel does not take is lost as well */
    if (count >= 0)
        return (uint32_t)count;
    if (is_only_later(errno))
        return 0;
    drop_client(line);
    return byte_count;
}

void host_line_wait(const struct host_line *line, bool has_to_write, int timeout_milliseconds) {
    int descriptor = line->connection >= 0 ? line->connection : line->listener;
    struct pollfd entry = {.fd = descriptor, .events = has_to_write ? POLLIN | POLLOUT : POLLIN};
    poll(&entry, 1, timeout_milliseconds);
}
