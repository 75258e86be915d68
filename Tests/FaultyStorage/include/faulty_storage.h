/* A disk that fails where a test says, below SQLite: a VFS over the system's own, which becomes the default.
 *
 * Files under one folder are watched; all others pass through. Every write, truncation, sync and deletion of a watched
 * file is a boundary, counted from 1. What was written is seen at once, as in a page cache, and is on the disk once its
 * file was synced. */
#ifndef FIELDTUNE_FAULTY_STORAGE_H
#define FIELDTUNE_FAULTY_STORAGE_H

enum faulty_storage_fault {
    FAULTY_STORAGE_NONE,
    /* The boundary and all after it fail, and only what was synced is on the disk. */
    FAULTY_STORAGE_POWER_LOSS,
    /* The boundary fails once. */
    FAULTY_STORAGE_INPUT_OUTPUT,
    /* The boundary and all writes after it find no space. */
    FAULTY_STORAGE_FULL
};

/* Forgets everything, and watches the files under `folder`. */
void faulty_storage_watch(const char *folder, enum faulty_storage_fault fault, unsigned boundary);

/* Boundaries met since `faulty_storage_watch`. */
unsigned faulty_storage_boundaries(void);

/* Writes what the disk holds into another folder, as the machine finds it when its power is back. 0 on success. */
int faulty_storage_copy_disk(const char *folder);

/* Watches nothing any more. */
void faulty_storage_release(void);

#endif
