/* A file that stands in for flash: erased bytes are 0xFF, and programming clears bits. What was written
 * when the process is killed stays, as in flash when the power goes. */
#ifndef FIELDTUNE_HOST_STORE_H
#define FIELDTUNE_HOST_STORE_H

/* Makes the file where there is none. Ends the process with a sentence on standard error when that
 * cannot be done, or the file is no such store. */
void host_store_open(const char *path);

#endif
