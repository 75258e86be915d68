/* The serial line of the host build: one client at a time on a Unix socket, or a pseudo terminal.
 */
#ifndef FIELDTUNE_HOST_LINE_H
#define FIELDTUNE_HOST_LINE_H

#include <stdbool.h>
#include <stdint.h>

struct host_line {
    int listener;   /* -1 on a pseudo terminal */
    int connection; /* -1 while no client is connected */
};

/* Both end the process with a sentence on standard error when the line cannot be made.
 * `host_line_listen` replaces a socket that a former process left at `path`. */
struct host_line host_line_listen(const char *path);
struct host_line host_line_open_terminal(void);

/* Bytes moved, without waiting. Accepts a client when none is there; notices one that left. Bytes
 * written while nobody listens are gone, as on a wire. */
uint32_t host_line_read(struct host_line *line, uint8_t *destination, uint32_t capacity);
uint32_t host_line_write(struct host_line *line, const uint8_t *source, uint32_t byte_count);

/* Returns when there is something to read or accept, when there is room to write and
 * `has_to_write`, after `timeout_milliseconds` at the latest. */
void host_line_wait(const struct host_line *line, bool has_to_write, int timeout_milliseconds);

#endif
