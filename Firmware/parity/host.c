/* The reference: plain C on this machine. */
#include <stdio.h>

#include "parity.h"
#include "parity_cases.h" /* written by the build: PARITY_SEED, PARITY_CASES */

void parity_say(const char *text) {
    fputs(text, stdout);
}

int main(void) {
    return parity_run(PARITY_SEED, PARITY_CASES) ? 0 : 1;
}
