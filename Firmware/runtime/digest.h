/* Digest of the training state: FNV-1a with 64 bits (RFC 9923 section 2), the twin of
 * Sources/ArtifactManifest/Digest64.swift.
 *
 * It covers the bytes of the segments, one after the other, in the order of `step_model`. The state
 * is little endian on every target, so equal states are equal bytes. */
#ifndef FIELDTUNE_DIGEST_H
#define FIELDTUNE_DIGEST_H

#include <stddef.h>
#include <stdint.h>

#include "step.h"

#define DIGEST_EMPTY UINT64_C(0xcbf29ce484222325) /* the digest of no bytes */

/* The digest of what `digest` covers followed by `bytes`. */
uint64_t digest_update(uint64_t digest, const uint8_t *bytes, size_t byte_count);

/* The digest of a whole training state. */
uint64_t digest_of_state(const struct step_model *model);

#endif
