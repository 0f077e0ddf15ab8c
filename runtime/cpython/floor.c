/* Functions that are younger than glibc 2.17, for the runtime that runs on glibc 2.17.
 *
 * The archive made of this file is part of the C library's static part in the sysroot: configure finds these functions, CPython
 * has everything that it has on a young system, and so do the third-party libraries, which were compiled for one. Where the C
 * library of the machine has a function that is more than a system call, it is used; where it has not, the function does what
 * CPython or the library would do without it. All are weak: a library may have one of its own, and the stub interposes some. */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <semaphore.h>
#include <spawn.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define FLOOR __attribute__((weak))

/* glibc 2.25 */
FLOOR ssize_t getrandom(void *buffer, size_t size, unsigned int flags)
{
    return syscall(SYS_getrandom, buffer, size, flags);
}

/* glibc 2.25 */
FLOOR int getentropy(void *buffer, size_t size)
{
    char *rest = buffer;
    if (size > 256) {
        errno = EIO;
        return -1;
    }
    while (size > 0) {
        long got = syscall(SYS_getrandom, rest, size, 0);
        if (got < 0) {
            if (errno == EINTR)
                continue;
            return -1;
        }
        rest += got;
        size -= got;
    }
    return 0;
}

/* glibc 2.25 */
FLOOR void explicit_bzero(void *buffer, size_t size)
{
    memset(buffer, 0, size);
    /* The compiler has to believe that somebody reads it. */
    __asm__ __volatile__("" : : "r"(buffer) : "memory");
}

/* glibc 2.26. The kernel takes the offset in two parts, of which only the first counts where a long has 64 bits. */
FLOOR ssize_t preadv2(int descriptor, const struct iovec *parts, int count, off_t offset, int flags)
{
    return syscall(SYS_preadv2, descriptor, parts, count, offset, 0L, flags);
}

FLOOR ssize_t pwritev2(int descriptor, const struct iovec *parts, int count, off_t offset, int flags)
{
    return syscall(SYS_pwritev2, descriptor, parts, count, offset, 0L, flags);
}

/* Their names for a program that is compiled for large files. */
FLOOR ssize_t preadv64v2(int, const struct iovec *, int, off_t, int) __attribute__((alias("preadv2")));
FLOOR ssize_t pwritev64v2(int, const struct iovec *, int, off_t, int) __attribute__((alias("pwritev2")));

/* glibc 2.27 */
FLOOR int memfd_create(const char *name, unsigned int flags)
{
    return syscall(SYS_memfd_create, name, flags);
}

/* glibc 2.27 */
FLOOR ssize_t copy_file_range(int in, off64_t *in_offset, int out, off64_t *out_offset, size_t size, unsigned int flags)
{
    return syscall(SYS_copy_file_range, in, in_offset, out, out_offset, size, flags);
}

/* glibc 2.28: the name of fcntl for a program that is compiled for large files. */
FLOOR int fcntl64(int descriptor, int command, ...)
{
    va_list arguments;
    void *argument;
    va_start(arguments, command);
    argument = va_arg(arguments, void *);
    va_end(arguments);
    return fcntl(descriptor, command, argument);
}

/* glibc 2.34 */
FLOOR int close_range(unsigned int first, unsigned int last, int flags)
{
    return syscall(SYS_close_range, first, last, flags);
}

/* glibc 2.30. Without it, CPython waits by the clock of the day, and so does this. */
FLOOR int sem_clockwait(sem_t *semaphore, clockid_t clock, const struct timespec *deadline)
{
    typedef int function(sem_t *, clockid_t, const struct timespec *);
    static function *own;
    static int is_known;
    struct timespec now, day;
    long nanoseconds;
    if (!__atomic_load_n(&is_known, __ATOMIC_ACQUIRE)) {
        __atomic_store_n(&own, (function *)dlsym(RTLD_NEXT, "sem_clockwait"), __ATOMIC_RELAXED);
        __atomic_store_n(&is_known, 1, __ATOMIC_RELEASE);
    }
    if (own != NULL)
        return own(semaphore, clock, deadline);
    if (clock == CLOCK_REALTIME)
        return sem_timedwait(semaphore, deadline);
    if (clock_gettime(clock, &now) != 0 || clock_gettime(CLOCK_REALTIME, &day) != 0)
        return -1;
    nanoseconds = day.tv_nsec + deadline->tv_nsec - now.tv_nsec;
    day.tv_sec += deadline->tv_sec - now.tv_sec;
    if (nanoseconds < 0) {
        day.tv_sec -= 1;
        nanoseconds += 1000000000;
    } else if (nanoseconds >= 1000000000) {
        day.tv_sec += 1;
        nanoseconds -= 1000000000;
    }
    day.tv_nsec = nanoseconds;
    return sem_timedwait(semaphore, &day);
}

/* What every C library has: the actions, one descriptor after the other. Closing one that is closed already is no error. */
static int close_each(posix_spawn_file_actions_t *actions, int from)
{
    DIR *descriptors = opendir("/proc/self/fd");
    struct dirent *entry;
    int error = 0;
    if (descriptors == NULL) {
        for (int descriptor = from; descriptor < 1024 && error == 0; descriptor++)
            error = posix_spawn_file_actions_addclose(actions, descriptor);
        return error;
    }
    while (error == 0 && (entry = readdir(descriptors)) != NULL) {
        int descriptor = atoi(entry->d_name);
        if (descriptor >= from && descriptor != dirfd(descriptors))
            error = posix_spawn_file_actions_addclose(actions, descriptor);
    }
    closedir(descriptors);
    return error;
}

/* glibc 2.34. The module subprocess uses it for nearly every child. */
FLOOR int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *actions, int from)
{
    int (*own)(posix_spawn_file_actions_t *, int) =
        (int (*)(posix_spawn_file_actions_t *, int))dlsym(RTLD_NEXT, "posix_spawn_file_actions_addclosefrom_np");
    return own != NULL ? own(actions, from) : close_each(actions, from);
}
