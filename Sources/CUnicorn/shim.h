// libunicorn-dev 2.0, GPL-2.0: only fieldtune-emulator links it.
#include <unicorn/unicorn.h>
