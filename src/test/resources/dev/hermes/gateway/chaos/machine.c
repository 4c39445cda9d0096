// Loaded before libc (LD_PRELOAD), so that one process has a wall clock and a hosts file of its own.
// MACHINE_CLOCK: a file whose first eight bytes are the seconds to add to the wall clock, read at each look.
// MACHINE_HOSTS: a file to open in place of /etc/hosts.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static const volatile long long *ahead;

static int really_open(const char *path, int flags, mode_t mode) {
    const char *hosts = getenv("MACHINE_HOSTS");
    int redirected = hosts && path && strcmp(path, "/etc/hosts") == 0;
    return syscall(SYS_openat, AT_FDCWD, redirected ? hosts : path, flags, mode);
}

__attribute__((constructor)) static void find_clock(void) {
    const char *file = getenv("MACHINE_CLOCK");
    int descriptor = file ? really_open(file, O_RDONLY | O_CLOEXEC, 0) : -1;
    if (descriptor >= 0) {
        void *mapped = mmap(NULL, sizeof *ahead, PROT_READ, MAP_SHARED, descriptor, 0);
        close(descriptor);
        ahead = mapped == MAP_FAILED ? NULL : mapped;
    }
}

int clock_gettime(clockid_t clock, struct timespec *now) {
    int failed = syscall(SYS_clock_gettime, clock, now);
    if (!failed && ahead && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) {
        now->tv_sec += *ahead;
    }
    return failed;
}


int gettimeofday(struct timeval *restrict now, void *restrict zone) {
    struct timespec time;
    int failed = clock_gettime(CLOCK_REALTIME, &time);
    now->tv_sec = time.tv_sec;
    now->tv_usec = time.tv_nsec / 1000;
    return failed;
}

time_t time(time_t *seconds) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (seconds) {
        *seconds = now.tv_sec;
    }
    return now.tv_sec;
}

int open(const char *path, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    mode_t mode = va_arg(rest, mode_t);
    va_end(rest);
    return really_open(path, flags, mode);
}

int open64(const char *path, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    mode_t mode = va_arg(rest, mode_t);
    va_end(rest);
    return really_open(path, flags | O_LARGEFILE, mode);
}
