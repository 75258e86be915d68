/* The serial line of the host build: one client at a time on a Unix socket, or a pseudo terminal.
 *
 * A pseudo terminal carries every byte whatever it is set to. So that speeds can be sought on it
 * all the same, bytes become garbage, both ways, while the terminal's rate is not the firmware's,
 * and get lost now and then above a rate that is said to be too much for the line. */
#ifndef FIELDTUNE_HOST_LINE_H
#define FIELDTUNE_HOST_LINE_H

#include <stdbool.h>
#include <stdint.h>

struct host_line {
    int listener;           /* -1 on a pseudo terminal */
    int connection;         /* -1 while no client is connected */
    int terminal;           /* the client's end of a pseudo terminal, kept open; -1 on a socket */
    uint32_t baud;          /* the firmware's rate; 0 on a socket, which has none */
    uint32_t lossy_above;   /* baud; 0: the line is good at any rate */
    uint32_t garbled_bytes; /* received, since the line was made */
    uint32_t random;        /* what garbage and losses are drawn from */
};

/* Both end the process with a sentence on standard error when the line cannot be made.
 * `host_line_listen` replaces a socket that a former process left at `path`. */
struct host_line host_line_listen(const char *path);
struct host_line host_line_open_terminal(uint32_t baud);

/* Bytes moved, without waiting. Accepts a client when none is there; notices one that left. Bytes
 * written while nobody listens are gone, as on a wire. */
uint32_t host_line_read(struct host_line *line, uint8_t *destination, uint32_t capacity);
uint32_t host_line_write(struct host_line *line, const uint8_t *source, uint32_t byte_count);

/* Returns when there is something to read or accept, when there is room to write and
 * `has_to_write`, after `timeout_milliseconds` at the latest. */
void host_line_wait(const struct host_line *line, bool has_to_write, int timeout_milliseconds);

#endif
