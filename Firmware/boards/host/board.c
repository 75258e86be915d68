/* The firmware as a Linux process:
 *
 *     firmware (--socket PATH | --terminal) [--device NUMBER] [--lossy-above BAUD] [--store PATH]
 *
 * Invariants
 *   - The firmware runs in one thread, on a stack of its own that is painted like a board's.
 *   - The kernel's socket buffer stands in for the receive interrupt: bytes are not lost while a
 *     step runs.
 *   - A reset replaces the process image and keeps the line, as a board's probe does.
 *   - SIGUSR1 is a crash: the firmware restarts where it stands and reports it.
 */
#define _GNU_SOURCE
#include "board.h"
#include "board_facts.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "firmware.h"
#include "host_line.h"
#include "host_store.h"
#include "serial_driver.h"
#include "stack.h"

enum { STACK_BYTES = 1 << 20, IDLE_MILLISECONDS = 10, UNPAINTED_WORDS = 64 };

static struct host_line line;
static uint32_t device_number;
static char *store_path; /* null: nothing outlives the process */
/* What the line had when it was last read, and how much of it is taken. */
static uint8_t received[BOARD_RECEIVE_RING_BYTES];
static uint32_t received_count;
static uint32_t taken_count;
static uint32_t stack_words[STACK_BYTES / 4] __attribute__((aligned(4096)));
static uint32_t *stack_top;
static volatile sig_atomic_t has_crashed;
static struct board_crash last_crash;

const struct board_memory_region board_memory_regions[] = {{.name = "HOST"}};
const uint32_t board_memory_region_count = 0;

void board_init(void) {
}

void board_unique_id(uint8_t id[BOARD_UNIQUE_ID_BYTES]) {
    memset(id, 0, BOARD_UNIQUE_ID_BYTES);
    memcpy(id, &device_number, sizeof device_number);
}

uint32_t board_boot_id(void) {
    static uint32_t boot_id;
    while (boot_id == 0) {
        if (getrandom(&boot_id, sizeof boot_id, 0) != sizeof boot_id)
            abort();
    }
    return boot_id;
}

static void crash_if_told(void) {
    if (has_crashed) {
        last_crash = (struct board_crash){.kind = BOARD_CRASH_UNEXPECTED_INTERRUPT};
        board_reset();
    }
}

struct board_serial_bytes board_serial_received(void) {
    crash_if_told();
    serial_driver_send();
    if (taken_count == received_count) {
        received_count = host_line_read(&line, received, sizeof received);
        taken_count = 0;
        serial_errors.framing = line.garbled_bytes; /* stop bits that are none */
    }
    return (struct board_serial_bytes){.bytes = received + taken_count,
                                       .count = received_count - taken_count};
}

void board_serial_take(uint32_t byte_count) {
    taken_count += byte_count;
}

/* What the kernel does not take stays in the ring: bytes leave it only when they are written. */
void serial_driver_send(void) {
    struct byte_span oldest = byte_ring_oldest(&serial_transmit_ring);
    byte_ring_free_oldest(&serial_transmit_ring,
                          host_line_write(&line, oldest.bytes, oldest.count));
}

bool serial_driver_idle(void) {
    serial_driver_send();
    return true;
}

uint32_t board_serial_baud(void) {
    return line.baud;
}

bool board_serial_can_set_baud(uint32_t baud) {
    return line.baud != 0 && baud != 0;
}

void board_serial_set_baud(uint32_t baud) {
    line.baud = baud;
}

static uint64_t nanoseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

uint32_t board_ticks(void) {
    return (uint32_t)nanoseconds();
}
uint32_t board_milliseconds(void) {
    return (uint32_t)(nanoseconds() / 1000000u);
}

void board_idle(void) {
    if (board_serial_received().count != 0)
        return;
    host_line_wait(&line, !board_serial_drained(), IDLE_MILLISECONDS);
}

void board_progress(void) {
}

struct board_clock board_clock(void) {
    return (struct board_clock){.core_hertz = 1000000000u, .source = BOARD_CLOCK_NOMINAL};
}

/* Measured from the thread's first frame: what lies above it belongs to the C library. */
uint32_t board_stack_high_water(void) {
    const uint32_t *word = stack_words;
    while (word < stack_top && *word == STACK_PAINT)
        word++;
    return (uint32_t)(stack_top - word) * 4u;
}

struct board_crash board_last_crash(void) {
    return last_crash;
}

const struct wire_crash_registers *board_crash_registers(void) {
    return NULL;
}

/* SIGUSR1 stays blocked until its handler is back. */
_Noreturn void board_reset(void) {
    sigset_t crash_signal;
    sigemptyset(&crash_signal);
    sigaddset(&crash_signal, SIGUSR1);
    sigprocmask(SIG_BLOCK, &crash_signal, NULL);
    const int64_t numbers[] = {line.listener,    line.connection, line.terminal,
                               line.lossy_above, last_crash.kind, device_number};
    char texts[6][24];
    for (uint32_t i = 0; i < 6; i++)
        snprintf(texts[i], sizeof texts[i], "%lld", (long long)numbers[i]);
    char *arguments[] = {"firmware", "--inherit", texts[0],
                         texts[1],   texts[2],    "--lossy-above",
                         texts[3],   "--crash",   texts[4],
                         "--device", texts[5],    store_path != NULL ? "--store" : NULL,
                         store_path, NULL};
    execv("/proc/self/exe", arguments);
    fprintf(stderr, "host board: cannot restart: %s\n", strerror(errno));
    exit(1);
}

static void take_signal(int number) {
    (void)number;
    has_crashed = 1;
}

static void install_crash_signal(void) {
    signal(SIGUSR1, take_signal);
    sigset_t crash_signal;
    sigemptyset(&crash_signal);
    sigaddset(&crash_signal, SIGUSR1);
    sigprocmask(SIG_UNBLOCK, &crash_signal, NULL);
}

static void *run(void *unused) {
    (void)unused;
    uint32_t *frame = __builtin_frame_address(0);
    stack_top = frame;
    for (uint32_t *word = stack_words; word < frame - UNPAINTED_WORDS; word++) {
        *word = STACK_PAINT;
    }
    firmware_run();
}

static _Noreturn void explain_usage(void) {
    fprintf(stderr, "usage: firmware (--socket PATH | --terminal) [--device NUMBER] "
                    "[--lossy-above BAUD] [--store PATH]\n");
    exit(64);
}

static uint32_t number(const char *text) {
    char *end;
    unsigned long value = strtoul(text, &end, 10);
    if (*text == 0 || *end != 0 || value > UINT32_MAX)
        explain_usage();
    return (uint32_t)value;
}

/* What board_reset wrote. */
static struct host_line inherited(char **arguments) {
    int terminal = atoi(arguments[2]);
    return (struct host_line){.listener = atoi(arguments[0]),
                              .connection = atoi(arguments[1]),
                              .terminal = terminal,
                              .baud = terminal >= 0 ? BOARD_DEFAULT_BAUD : 0,
                              .random = 1};
}

static void read_arguments(int argc, char **argv) {
    bool has_line = false;
    uint32_t lossy_above = 0;
    for (int i = 1; i < argc; i++) {
        int left = argc - 1 - i;
        if (strcmp(argv[i], "--socket") == 0 && left >= 1) {
            line = host_line_listen(argv[++i]);
            has_line = true;
        } else if (strcmp(argv[i], "--terminal") == 0) {
            line = host_line_open_terminal(BOARD_DEFAULT_BAUD);
            has_line = true;
        } else if (strcmp(argv[i], "--inherit") == 0 && left >= 3) {
            line = inherited(&argv[i + 1]);
            i += 3;
            has_line = true;
        } else if (strcmp(argv[i], "--lossy-above") == 0 && left >= 1) {
            lossy_above = number(argv[++i]);
        } else if (strcmp(argv[i], "--crash") == 0 && left >= 1) {
            last_crash.kind = number(argv[++i]);
        } else if (strcmp(argv[i], "--device") == 0 && left >= 1) {
            device_number = number(argv[++i]);
        } else if (strcmp(argv[i], "--store") == 0 && left >= 1) {
            store_path = argv[++i];
            host_store_open(store_path);
        } else {
            explain_usage();
        }
    }
    if (!has_line)
        explain_usage();
    line.lossy_above = lossy_above;
}

int main(int argc, char **argv) {
    read_arguments(argc, argv);
    signal(SIGPIPE, SIG_IGN);
    install_crash_signal();
    pthread_attr_t attributes;
    pthread_t thread;
    int error = pthread_attr_init(&attributes);
    if (error == 0)
        error = pthread_attr_setstack(&attributes, stack_words, sizeof stack_words);
    if (error == 0)
        error = pthread_create(&thread, &attributes, run, NULL);
    if (error != 0) {
        fprintf(stderr, "host board: cannot start the firmware's thread: %s\n", strerror(error));
        return 1;
    }
    pthread_join(thread, NULL);
    return 1;
}
