#include "faulty_storage.h"

#include <pthread.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Invariant: `disk` of an image is the content at the last sync of its file, and `writes` lead from there to what SQLite
 * sees. */

enum { PATH_BYTES = 512, MOST_IMAGES = 8 };

struct pending_write {
    struct pending_write *next;
    sqlite3_int64 offset;
    size_t count;
    bool truncates; /* to `offset` */
    unsigned char bytes[];
};

struct image {
    char path[PATH_BYTES];
    bool is_on_disk;
    unsigned char *disk;
    size_t disk_count;
    struct pending_write *first, **last;
};

struct watched_file {
    sqlite3_file base;
    struct image *image;
    unsigned generation; /* of the watch it was opened in */
};

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static sqlite3_vfs *system_vfs;
static char watched_folder[PATH_BYTES];
static enum faulty_storage_fault fault;
static unsigned fault_boundary, boundaries;
static struct image images[MOST_IMAGES];
static unsigned image_count;
static unsigned generation;

static sqlite3_file *system_file(sqlite3_file *file) {
    return (sqlite3_file *)(void *)((struct watched_file *)(void *)file + 1);
}

static struct image *image_of(sqlite3_file *file) { return ((struct watched_file *)(void *)file)->image; }

static bool ends_with(const char *text, const char *end) {
    size_t count = strlen(text), tail = strlen(end);
    return count >= tail && strcmp(text + count - tail, end) == 0;
}

/* The index of a WAL is made anew after a restart, so it is no part of the disk. */
static struct image *image_at(const char *path) {
    if (path == NULL || watched_folder[0] == 0 || strncmp(path, watched_folder, strlen(watched_folder)) != 0 ||
        ends_with(path, "-shm")) {
        return NULL;
    }
    for (unsigned i = 0; i < image_count; ++i) {
        if (strcmp(images[i].path, path) == 0) {
            return &images[i];
        }
    }
    if (image_count == MOST_IMAGES || strlen(path) >= PATH_BYTES) {
        abort();
    }
    struct image *image = &images[image_count++];
    memset(image, 0, sizeof *image);
    memcpy(image->path, path, strlen(path) + 1);
    image->last = &image->first;
    return image;
}

/* A file of an earlier watch is one of a machine that is gone. */
static bool is_current(sqlite3_file *file) {
    return ((struct watched_file *)(void *)file)->generation == generation;
}

/* What a boundary does; SQLITE_OK where the disk works. Called with the mutex held. */
static int meet_boundary(int error, bool writes) {
    boundaries += 1;
    switch (fault) {
    case FAULTY_STORAGE_NONE:
        return SQLITE_OK;
    case FAULTY_STORAGE_POWER_LOSS:
        return boundaries >= fault_boundary ? error : SQLITE_OK;
    case FAULTY_STORAGE_INPUT_OUTPUT:
        return boundaries == fault_boundary ? error : SQLITE_OK;
    case FAULTY_STORAGE_FULL:
        return boundaries >= fault_boundary && writes ? SQLITE_FULL : SQLITE_OK;
    }
    return SQLITE_OK;
}

static void append_write(struct image *image, const void *bytes, size_t count, sqlite3_int64 offset, bool truncates) {
    struct pending_write *write = malloc(sizeof *write + count);
    if (write == NULL) {
        abort();
    }
    write->next = NULL;
    write->offset = offset;
    write->count = count;
    write->truncates = truncates;
    if (count > 0) {
        memcpy(write->bytes, bytes, count);
    }
    *image->last = write;
    image->last = &write->next;
}

static void resize(struct image *image, size_t count) {
    unsigned char *bytes = realloc(image->disk, count > 0 ? count : 1);
    if (bytes == NULL) {
        abort();
    }
    if (count > image->disk_count) {
        memset(bytes + image->disk_count, 0, count - image->disk_count);
    }
    image->disk = bytes;
    image->disk_count = count;
}

static void reach_disk(struct image *image, bool applies) {
    while (image->first != NULL) {
        struct pending_write *write = image->first;
        size_t end = (size_t)write->offset + write->count;
        if (applies && (write->truncates ? end < image->disk_count : end > image->disk_count)) {
            resize(image, end);
        }
        if (applies && !write->truncates) {
            memcpy(image->disk + write->offset, write->bytes, write->count);
        }
        image->first = write->next;
        free(write);
    }
    image->last = &image->first;
}

static int file_write(sqlite3_file *file, const void *bytes, int count, sqlite3_int64 offset) {
    pthread_mutex_lock(&mutex);
    int status = is_current(file) ? meet_boundary(SQLITE_IOERR_WRITE, true) : SQLITE_IOERR_WRITE;
    if (status == SQLITE_OK) {
        append_write(image_of(file), bytes, (size_t)count, offset, false);
    }
    pthread_mutex_unlock(&mutex);
    sqlite3_file *real = system_file(file);
    return status == SQLITE_OK ? real->pMethods->xWrite(real, bytes, count, offset) : status;
}

static int file_truncate(sqlite3_file *file, sqlite3_int64 count) {
    pthread_mutex_lock(&mutex);
    int status = is_current(file) ? meet_boundary(SQLITE_IOERR_TRUNCATE, false) : SQLITE_IOERR_TRUNCATE;
    if (status == SQLITE_OK) {
        append_write(image_of(file), NULL, 0, count, true);
    }
    pthread_mutex_unlock(&mutex);
    sqlite3_file *real = system_file(file);
    return status == SQLITE_OK ? real->pMethods->xTruncate(real, count) : status;
}

/* The real file is not synced: the disk is in memory. */
static int file_sync(sqlite3_file *file, int flags) {
    (void)flags;
    pthread_mutex_lock(&mutex);
    int status = is_current(file) ? meet_boundary(SQLITE_IOERR_FSYNC, false) : SQLITE_IOERR_FSYNC;
    if (status == SQLITE_OK) {
        image_of(file)->is_on_disk = true;
        reach_disk(image_of(file), true);
    }
    pthread_mutex_unlock(&mutex);
    return status;
}

static int file_close(sqlite3_file *file) {
    sqlite3_file *real = system_file(file);
    return real->pMethods->xClose(real);
}
static int file_read(sqlite3_file *file, void *bytes, int count, sqlite3_int64 offset) {
    sqlite3_file *real = system_file(file);
    return real->pMethods->xRead(real, bytes, count, offset);
}
static int file_size(sqlite3_file *file, sqlite3_int64 *count) {
    sqlite3_file *real = system_file(file);
    return real->pMethods->xFileSize(real, count);
}
static int file_lock(sqlite3_file *file, int level) {
    sqlite3_file *real = system_file(file);
    return real->pMethods->xLock(real, level);
}
static int file_unlock(sqlite3_file *file, int level) {
    sqlite3_file *real = system_file(file);
    return real->pMethods->xUnlock(real, level);
}
static int file_check_lock(sqlite3_file *file, int *is_reserved) {
    sqlite3_file *real = system_file(file);
    return real->pMethods->xCheckReservedLock(real, is_reserved);
}
/* Hints about sizes and chunks would allocate behind the images. */
static int file_control(sqlite3_file *file, int operation, void *argument) {
    sqlite3_file *real = system_file(file);
    return operation == SQLITE_FCNTL_SIZE_HINT || operation == SQLITE_FCNTL_CHUNK_SIZE
               ? SQLITE_OK
               : real->pMethods->xFileControl(real, operation, argument);
}
static int file_sector_size(sqlite3_file *file) {
    sqlite3_file *real = system_file(file);
    return real->pMethods->xSectorSize(real);
}
/* Nothing is promised that an unknown disk does not keep. */
static int file_characteristics(sqlite3_file *file) {
    (void)file;
    return 0;
}
static int file_map(sqlite3_file *file, int page, int bytes, int extends, void volatile **address) {
    sqlite3_file *real = system_file(file);
    return real->pMethods->xShmMap(real, page, bytes, extends, address);
}
static int file_map_lock(sqlite3_file *file, int offset, int count, int flags) {
    sqlite3_file *real = system_file(file);
    return real->pMethods->xShmLock(real, offset, count, flags);
}
static void file_map_barrier(sqlite3_file *file) {
    sqlite3_file *real = system_file(file);
    real->pMethods->xShmBarrier(real);
}
static int file_unmap(sqlite3_file *file, int deletes) {
    sqlite3_file *real = system_file(file);
    return real->pMethods->xShmUnmap(real, deletes);
}

static const sqlite3_io_methods watched_methods = {
    2,         file_close, file_read,  file_write,  file_truncate,   file_sync,    file_size,        file_lock,
    file_unlock, file_check_lock, file_control, file_sector_size, file_characteristics, file_map, file_map_lock,
    file_map_barrier, file_unmap, NULL, NULL,
};

static int open_file(sqlite3_vfs *vfs, const char *path, sqlite3_file *file, int flags, int *out_flags) {
    (void)vfs;
    pthread_mutex_lock(&mutex);
    struct image *image = image_at(path);
    pthread_mutex_unlock(&mutex);
    if (image == NULL) {
        /* The system's file in place: nothing of ours is called for it. */
        return system_vfs->xOpen(system_vfs, path, file, flags, out_flags);
    }
    ((struct watched_file *)(void *)file)->image = image;
    ((struct watched_file *)(void *)file)->generation = generation;
    int status = system_vfs->xOpen(system_vfs, path, system_file(file), flags, out_flags);
    file->pMethods = status == SQLITE_OK ? &watched_methods : NULL;
    return status;
}

static int delete_file(sqlite3_vfs *vfs, const char *path, int syncs_folder) {
    (void)vfs;
    pthread_mutex_lock(&mutex);
    struct image *image = image_at(path);
    int status = image == NULL ? SQLITE_OK : meet_boundary(SQLITE_IOERR_DELETE, false);
    if (image != NULL && status == SQLITE_OK) {
        reach_disk(image, false);
        /* Unless its folder is synced, a deleted file may be there again. */
        if (syncs_folder) {
            image->is_on_disk = false;
            resize(image, 0);
        }
    }
    pthread_mutex_unlock(&mutex);
    return status == SQLITE_OK ? system_vfs->xDelete(system_vfs, path, syncs_folder) : status;
}

static void register_once(void) {
    static sqlite3_vfs vfs;
    system_vfs = sqlite3_vfs_find(NULL);
    vfs = *system_vfs;
    vfs.zName = "faulty";
    vfs.pNext = NULL;
    vfs.szOsFile = (int)sizeof(struct watched_file) + system_vfs->szOsFile;
    vfs.xOpen = open_file;
    vfs.xDelete = delete_file;
    sqlite3_vfs_register(&vfs, 1);
}

static void forget(void) {
    for (unsigned i = 0; i < image_count; ++i) {
        reach_disk(&images[i], false);
        free(images[i].disk);
        images[i].disk = NULL;
    }
    image_count = 0;
    generation += 1;
    watched_folder[0] = 0;
}

void faulty_storage_watch(const char *folder, enum faulty_storage_fault kind, unsigned boundary) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    sqlite3_initialize();
    pthread_once(&once, register_once);
    pthread_mutex_lock(&mutex);
    forget();
    snprintf(watched_folder, sizeof watched_folder, "%s", folder);
    fault = kind;
    fault_boundary = boundary;
    boundaries = 0;
    pthread_mutex_unlock(&mutex);
}

unsigned faulty_storage_boundaries(void) {
    pthread_mutex_lock(&mutex);
    unsigned count = boundaries;
    pthread_mutex_unlock(&mutex);
    return count;
}

int faulty_storage_copy_disk(const char *folder) {
    int status = 0;
    pthread_mutex_lock(&mutex);
    for (unsigned i = 0; i < image_count && status == 0; ++i) {
        if (!images[i].is_on_disk) {
            continue;
        }
        char path[2 * PATH_BYTES];
        snprintf(path, sizeof path, "%s/%s", folder, strrchr(images[i].path, '/') + 1);
        FILE *file = fopen(path, "wb");
        if (file == NULL) {
            status = 1;
            break;
        }
        if (fwrite(images[i].disk, 1, images[i].disk_count, file) != images[i].disk_count) {
            status = 1;
        }
        if (fclose(file) != 0) {
            status = 1;
        }
    }
    pthread_mutex_unlock(&mutex);
    return status;
}

void faulty_storage_release(void) {
    pthread_mutex_lock(&mutex);
    forget();
    pthread_mutex_unlock(&mutex);
}
