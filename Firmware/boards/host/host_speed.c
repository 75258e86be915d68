/* Linux's termios2 knows rates as numbers; its header cannot be included beside termios.h. */
#include "host_speed.h"

#include <asm/ioctls.h>
#include <asm/termbits.h>

int ioctl(int descriptor, unsigned long request, ...);

uint32_t host_speed(int terminal) {
    struct termios2 settings;
    return ioctl(terminal, TCGETS2, &settings) == 0 ? settings.c_ospeed : 0;
}

_Bool host_speed_set(int terminal, uint32_t baud) {
    struct termios2 settings;
    if (ioctl(terminal, TCGETS2, &settings) != 0)
        return 0;
    settings.c_cflag = (settings.c_cflag & ~(unsigned)CBAUD) | BOTHER;
    settings.c_ispeed = settings.c_ospeed = baud;
    return ioctl(terminal, TCSETS2, &settings) == 0;
}
