/* A QEMU plugin that counts executed guest instructions exactly, by address and by call site.
 *
 *   -plugin
 * file=libinstruction_counts.so,output=FILE[,start=PC][,stop=PC][,sites=LO-HI]…[,flash=LO-HI]
 *
 * Counting runs from the first execution of the instruction at `start` (from the beginning without
 * one) until the instruction at `stop` would be counted; a later `start` goes on adding. The call
 * site of an instruction is the address of the last instruction executed inside one of the ranges
 * `sites` (LO inclusive, HI exclusive; up to 64 of them): for what a function calls, the call's own
 * address. An instruction inside the ranges is its own site. At each `stop`, without one
 * at the end of QEMU, the counts are written to FILE, which appears whole or not at all; one line
 * per pair of site and address:
 *
 *   site pc executed jumped accesses unaligned flash
 *
 * site and pc hexadecimal, the rest decimal. `jumped`: how often the instruction executed next was
 * not the one behind it in memory (a branch taken; an interrupt counts as well). `accesses`: loads
 * and stores that reached memory, each register of an LDM one; `unaligned`: how many of them were
 * not aligned to their size; `flash`: how many went to the range of that name. These three are 0
 * without that range, which costs time.
 *
 * Invariants
 *   - An instruction that fails its condition inside an IT block counts as executed, as it does for
 * SysTick under -icount and in time.
 *   - Records live until QEMU ends: translated code points at them. */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "qemu_plugin.h"

struct count {
    uint64_t executed;
    uint64_t jumped;
    uint64_t accesses;
    uint64_t unaligned;
    uint64_t flash;
};

struct instruction {
    uint64_t pc;
    uint64_t end; /* of the instruction behind it */
    bool is_site; /* in one of the ranges */
    bool starts, stops;
    uint32_t site;        /* index into `sites`; 0: none yet */
    uint32_t count_slots; /* of `counts` */
    struct count *counts; /* by index of the site; slot 0: own site, or none */
    struct instruction *next;
};

struct range {
    uint64_t low, high;
};

enum { range_limit = 64, bucket_count = 1 << 16 };

static struct {
    char *output;
    uint64_t start, stop;
    struct range flash; /* empty: memory is not watched */
    struct range ranges[range_limit];
    unsigned range_count;
} options = {.start = UINT64_MAX, .stop = UINT64_MAX};

static struct instruction *buckets[bucket_count];

/* Addresses of the sites that called something; the first stands for none. */
static uint64_t *sites;
static uint32_t site_count = 1;

static bool counting;
static struct instruction *last_site; /* last instruction executed inside of the ranges */
static struct instruction *last;      /* last instruction executed */
static struct count *last_count;      /* what it was counted in; null while nothing is counted */

static void *checked(void *memory) {
    if (memory == NULL) {
        fprintf(stderr, "instruction_counts: out of memory\n");
        abort();
    }
    return memory;
}

static bool contains(struct range range, uint64_t address) {
    return range.low <= address && address < range.high;
}

static bool is_site(uint64_t pc) {
    for (unsigned i = 0; i < options.range_count; i++)
        if (contains(options.ranges[i], pc))
            return true;
    return false;
}

/* The record of an address, which outlives the translated blocks it occurs in. */
static struct instruction *record(uint64_t pc, uint64_t bytes) {
    struct instruction **bucket = &buckets[(pc >> 1) % bucket_count];
    for (struct instruction *i = *bucket; i != NULL; i = i->next)
        if (i->pc == pc && i->end == pc + bytes)
            return i;
    struct instruction *made = checked(calloc(1, sizeof *made));
    *made = (struct instruction){
        .pc = pc,
        .end = pc + bytes,
        .is_site = is_site(pc),
        .starts = pc == options.start,
        .stops = pc == options.stop,
        .next = *bucket,
    };
    *bucket = made;
    return made;
}

static uint32_t site_index(struct instruction *site) {
    if (site == NULL)
        return 0;
    if (site->site == 0) {
        site->site = site_count++;
        sites = checked(realloc(sites, site_count * sizeof *sites));
        sites[site->site] = site->pc;
    }
    return site->site;
}

static struct count *count_at(struct instruction *instruction, uint32_t site) {
    if (site >= instruction->count_slots) {
        const uint32_t slots = site + 16;
        instruction->counts =
            checked(realloc(instruction->counts, slots * sizeof *instruction->counts));
        memset(instruction->counts + instruction->count_slots, 0,
               (slots - instruction->count_slots) * sizeof *instruction->counts);
        instruction->count_slots = slots;
    }
    return &instruction->counts[site];
}

static void print(FILE *file, uint64_t site, const struct instruction *instruction,
                  const struct count *count) {
    fprintf(file,
            "%08" PRIx64 " %08" PRIx64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64
            "\n",
            site, instruction->pc, count->executed, count->jumped, count->accesses,
            count->unaligned, count->flash);
}

static void write_counts(void) {
    char part[4096];
    if (snprintf(part, sizeof part, "%s.part", options.output) >= (int)sizeof part)
        return;
    FILE *file = fopen(part, "w");
    if (file == NULL) {
        perror(part);
        return;
    }
    fputs("site pc executed jumped accesses unaligned flash\n", file);
    for (size_t bucket = 0; bucket < bucket_count; bucket++)
        for (const struct instruction *i = buckets[bucket]; i != NULL; i = i->next)
            for (uint32_t slot = 0; slot < i->count_slots; slot++)
                if (i->counts[slot].executed > 0)
                    print(file,
                          i->is_site  ? i->pc
                          : slot == 0 ? 0
                                      : sites[slot],
                          i, &i->counts[slot]);
    if (fclose(file) != 0 || rename(part, options.output) != 0)
        perror(options.output);
}

static void executed(unsigned cpu, void *data) {
    (void)cpu;
    struct instruction *now = data;
    if (last_count != NULL && last->end != now->pc)
        last_count->jumped++;
    if (now->starts)
        counting = true;
    if (now->stops && counting) {
        counting = false;
        write_counts();
    }
    last = now;
    last_count = NULL;
    if (!counting)
        return;
    if (now->is_site)
        last_site = now;
    last_count = count_at(now, now->is_site ? 0 : site_index(last_site));
    last_count->executed++;
}

static void accessed(unsigned cpu, qemu_plugin_meminfo_t info, uint64_t address, void *data) {
    (void)cpu, (void)data;
    if (last_count == NULL)
        return;
    last_count->accesses++;
    if (address & ((1u << qemu_plugin_mem_size_shift(info)) - 1))
        last_count->unaligned++;
    if (contains(options.flash, address))
        last_count->flash++;
}

static void translated(qemu_plugin_id_t id, struct qemu_plugin_tb *tb) {
    (void)id;
    for (size_t i = 0; i < qemu_plugin_tb_n_insns(tb); i++) {
        struct qemu_plugin_insn *instruction = qemu_plugin_tb_get_insn(tb, i);
        void *data =
            record(qemu_plugin_insn_vaddr(instruction), qemu_plugin_insn_size(instruction));
        qemu_plugin_register_vcpu_insn_exec_cb(instruction, executed, QEMU_PLUGIN_CB_NO_REGS, data);
        if (options.flash.low < options.flash.high)
            qemu_plugin_register_vcpu_mem_cb(instruction, accessed, QEMU_PLUGIN_CB_NO_REGS,
                                             QEMU_PLUGIN_MEM_RW, data);
    }
}

static void ended(qemu_plugin_id_t id, void *data) {
    (void)id, (void)data;
    if (options.stop == UINT64_MAX)
        write_counts();
}

static bool read_range(const char *text, struct range *range) {
    char *end;
    range->low = strtoull(text, &end, 16);
    if (*end != '-')
        return false;
    range->high = strtoull(end + 1, &end, 16);
    return *end == 0;
}

static bool add_option(const char *option) {
    if (strncmp(option, "output=", 7) == 0)
        options.output = checked(strdup(option + 7));
    else if (strncmp(option, "start=", 6) == 0)
        options.start = strtoull(option + 6, NULL, 16);
    else if (strncmp(option, "stop=", 5) == 0)
        options.stop = strtoull(option + 5, NULL, 16);
    else if (strncmp(option, "sites=", 6) == 0 && options.range_count < range_limit)
        return read_range(option + 6, &options.ranges[options.range_count++]);
    else if (strncmp(option, "flash=", 6) == 0)
        return read_range(option + 6, &options.flash);
    else
        return false;
    return true;
}

int qemu_plugin_version = 1;

int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_info *info, int argc, char **argv) {
    (void)info;
    for (int i = 0; i < argc; i++) {
        if (add_option(argv[i]))
            continue;
        fprintf(stderr,
                "instruction_counts: found '%s', expected output=, start=, stop=, sites=LO-HI or "
                "flash=LO-HI\n",
                argv[i]);
        return 1;
    }
    if (options.output == NULL) {
        fprintf(stderr, "instruction_counts: output=FILE is missing\n");
        return 1;
    }
    counting = options.start == UINT64_MAX;
    qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
    qemu_plugin_register_atexit_cb(id, ended, NULL);
    return 0;
}
