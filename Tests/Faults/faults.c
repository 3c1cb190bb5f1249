// Stands in front of the C library in a daemon that is tested, and lets the disk and the clock fail.
//
// GANZHI_FAULTS names a file that exists while the disk fails. Each line of it is a fault:
//
//   ERRNO CALLS PATH [once|kill]
//
// CALLS is letters: w write, s synchronise, r reserve room, o open for writing, c create, rename or truncate. PATH is a
// part of the paths that are meant. `once` removes the file with the first call that failed; `kill` writes about half of
// the bytes and kills the process, as a power failure in the middle of a write does.
//
// GANZHI_CLOCK names a file with the seconds by which the wall clock is set off; without the file it is right.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

// Reads a small file without the functions below.
static int slurp(const char *name, char *text, size_t size) {
    int file = name ? (int)syscall(SYS_openat, AT_FDCWD, name, O_RDONLY | O_CLOEXEC) : -1;
    if (file < 0) return 0;
    long count = syscall(SYS_read, file, text, size - 1);
    syscall(SYS_close, file);
    if (count < 0) return 0;
    text[count] = 0;
    return 1;
}

// The error that a call on a path fails with, 0 for none; and how.
static int fault(char call, const char *path, char *how) {
    char text[1024];
    const char *file = getenv("GANZHI_FAULTS");
    int saved = errno;
    int code = 0;
    how[0] = 0;
    if (path && slurp(file, text, sizeof text)) {
        char *rest = NULL;
        for (char *line = strtok_r(text, "\n", &rest); line && !code; line = strtok_r(NULL, "\n", &rest)) {
            char calls[16], part[256];
            int number;
            how[0] = 0;
            if (sscanf(line, "%d %15s %255s %7s", &number, calls, part, how) < 3) continue;
            if (strchr(calls, call) && strstr(path, part)) code = number;
        }
        if (code && strcmp(how, "once") == 0) syscall(SYS_unlinkat, AT_FDCWD, file, 0);
    }
    errno = saved;
    return code;
}

static int fault_of_file(char call, int file, char *how) {
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    long length = syscall(SYS_readlinkat, AT_FDCWD, link, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return fault(call, path, how);
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

// Fails, or writes half and dies, where that is asked for.
#define FAIL_WRITE(file, bytes, count, write_half) \
    char how[8]; \
    int code = fault_of_file('w', file, how); \
    if (code && strcmp(how, "kill") == 0) { \
        write_half; \
        syscall(SYS_kill, syscall(SYS_getpid), SIGKILL); \
    } \
    if (code) { errno = code; return -1; }

ssize_t write(int file, const void *bytes, size_t count) {
    FAIL_WRITE(file, bytes, count, syscall(SYS_write, file, bytes, count / 2 + 13))
    return syscall(SYS_write, file, bytes, count);
}

ssize_t pwrite64(int file, const void *bytes, size_t count, off64_t offset) {
    FAIL_WRITE(file, bytes, count, syscall(SYS_pwrite64, file, bytes, count / 2 + 13, offset))
    return syscall(SYS_pwrite64, file, bytes, count, offset);
}

ssize_t pwrite(int file, const void *bytes, size_t count, off_t offset) { return pwrite64(file, bytes, count, offset); }

#define FAIL(call, file) \
    char how[8]; \
    int code = fault_of_file(call, file, how); \
    if (code) { errno = code; return -1; }

int fsync(int file) {
    FAIL('s', file)
    return (int)syscall(SYS_fsync, file);
}

int fdatasync(int file) {
    FAIL('s', file)
    return (int)syscall(SYS_fdatasync, file);
}

int ftruncate64(int file, off64_t size) {
    FAIL('c', file)
    return (int)syscall(SYS_ftruncate, file, size);
}

int ftruncate(int file, off_t size) { return ftruncate64(file, size); }

int fallocate64(int file, int mode, off64_t offset, off64_t size) {
    FAIL('r', file)
    return (int)syscall(SYS_fallocate, file, mode, offset, size);
}

int fallocate(int file, int mode, off_t offset, off_t size) { return fallocate64(file, mode, offset, size); }

int posix_fallocate64(int file, off64_t offset, off64_t size) {
    char how[8];
    int code = fault_of_file('r', file, how);
    return code ? code : REAL(posix_fallocate64)(file, offset, size);
}

int posix_fallocate(int file, off_t offset, off_t size) { return posix_fallocate64(file, offset, size); }

// The `mode` of a variadic open.
#define MODE(flags) \
    mode_t mode = 0; \
    if ((flags) & (O_CREAT | O_TMPFILE)) { \
        va_list list; \
        va_start(list, flags); \
        mode = va_arg(list, mode_t); \
        va_end(list); \
    }

static int open_file(int folder, const char *path, int flags, mode_t mode) {
    char how[8];
    int code = (flags & (O_ACCMODE | O_CREAT)) ? fault(flags & O_CREAT ? 'c' : 'o', path, how) : 0;
    if (code) { errno = code; return -1; }
    return (int)syscall(SYS_openat, folder, path, flags, mode);
}

int open(const char *path, int flags, ...) { MODE(flags) return open_file(AT_FDCWD, path, flags, mode); }
int open64(const char *path, int flags, ...) { MODE(flags) return open_file(AT_FDCWD, path, flags, mode); }
int openat(int folder, const char *path, int flags, ...) { MODE(flags) return open_file(folder, path, flags, mode); }
int openat64(int folder, const char *path, int flags, ...) { MODE(flags) return open_file(folder, path, flags, mode); }

int mkdir(const char *path, mode_t mode) {
    char how[8];
    int code = syscall(SYS_faccessat, AT_FDCWD, path, F_OK) == 0 ? 0 : fault('c', path, how);
    if (code) { errno = code; return -1; }
    return (int)syscall(SYS_mkdirat, AT_FDCWD, path, mode);
}

int rename(const char *from, const char *to) {
    char how[8];
    int code = fault('c', from, how);
    if (code) { errno = code; return -1; }
    return (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
}

int clock_gettime(clockid_t clock, struct timespec *time) {
    int result = (int)syscall(SYS_clock_gettime, clock, time);
    char text[64];
    if (clock == CLOCK_REALTIME && slurp(getenv("GANZHI_CLOCK"), text, sizeof text)) time->tv_sec += atol(text);
    return result;
}

int gettimeofday(struct timeval *time, void *zone) {
    struct timespec now;
    (void)zone;
    clock_gettime(CLOCK_REALTIME, &now);
    time->tv_sec = now.tv_sec;
    time->tv_usec = now.tv_nsec / 1000;
    return 0;
}
