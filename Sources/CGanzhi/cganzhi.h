// What C can say and Swift cannot: hints to processor and system, instructions of the processor, looks into memory and
// tables that never become a call, and the fork that Swift's module of the C library hides. Nothing in here changes a result.

#ifndef CGANZHI_H
#define CGANZHI_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif
#include <errno.h>
#include <sys/mman.h>
#include <sys/syscall.h>

/// Asks for the cache line of an address that will be read and written soon; any address may be given.
__attribute__((always_inline)) static inline void ganzhi_prefetch(const void *address) { __builtin_prefetch(address, 1, 3); }

/// Asks for huge pages in a range that begins at a page; where the system has none, nothing changes.
static inline void ganzhi_advise_huge_pages(void *start, size_t bytes) {
#ifdef MADV_HUGEPAGE
    (void)madvise(start, bytes, MADV_HUGEPAGE);
#else
    (void)start;
    (void)bytes;
#endif
}

/// The eight bytes at any place.
__attribute__((always_inline)) static inline uint64_t ganzhi_load_word(const void *place) {
    uint64_t word;
    memcpy(&word, place, 8);
    return word;
}

/// A power of ten that is an exact double.
///
/// - Parameter exponent: 0 to 22.
__attribute__((always_inline)) static inline double ganzhi_power_of_ten(size_t exponent) {
    static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                    1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    return powers[exponent];
}

/// A power of ten as a whole number.
///
/// - Parameter exponent: 0 to 8.
__attribute__((always_inline)) static inline uint64_t ganzhi_whole_power_of_ten(size_t exponent) {
    static const uint32_t powers[] = {1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000};
    return powers[exponent];
}

/// The place so many bytes further on, where `guess` says how many are likely.
///
/// As the processor foresees that the guess is right, it need not wait until `count` is known to go on behind the place.
__attribute__((always_inline)) static inline const uint8_t *ganzhi_advance(const uint8_t *place, size_t guess,
                                                                           size_t count) {
    size_t hidden = guess;
    // Else the compiler sees that both ways lead to the same place.
    __asm__ volatile("" : "+r"(hidden));
    if (__builtin_expect(count == guess, 1)) {
        __asm__ volatile("");
        return place + hidden;
    }
    return place + count;
}

/// Marks by one bit each which of sixteen bytes a JSON string cannot hold as they are, or not without a closer look:
/// quotes, backslashes, control characters and what is not ASCII. The first byte's bit is the lowest.
__attribute__((always_inline)) static inline uint32_t ganzhi_special_bytes(const void *bytes) {
#if defined(__SSE2__)
    typedef signed char block __attribute__((vector_size(16)));
    block text;
    memcpy(&text, bytes, 16);
    // Signed, what is not ASCII is less than zero.
    return (uint32_t)__builtin_ia32_pmovmskb128((text == '"') | (text == '\\') | (text < 0x20));
#else
    const signed char *text = (const signed char *)bytes;
    uint32_t marks = 0;
    for (int index = 0; index < 16; index++) {
        marks |= (uint32_t)((text[index] == '"') | (text[index] == '\\') | (text[index] < 0x20)) << index;
    }
    return marks;
#endif
}

/// Bytes of heap in use, as the C library counts them; 0 where it does not tell.
static inline size_t ganzhi_heap_bytes(void) {
#ifdef __GLIBC__
    struct mallinfo2 info = mallinfo2();
    return info.uordblks + info.hblkhd;
#else
    return 0;
#endif
}

/// Whether the processor computes CRC-32C by itself.
static inline int ganzhi_has_crc32c(void) {
#if defined(__x86_64__)
    return __builtin_cpu_supports("sse4.2") != 0;
#else
    return 0;
#endif
}

/// Carries a CRC-32C on over some bytes; only where ganzhi_has_crc32c says so.
#if defined(__x86_64__)
__attribute__((target("sse4.2")))
#endif
static inline uint32_t ganzhi_crc32c(uint32_t crc, const void *bytes, size_t count) {
#if defined(__x86_64__)
    const unsigned char *next = (const unsigned char *)bytes;
    uint64_t state = crc;
    for (; count >= 8; count -= 8, next += 8) {
        uint64_t word;
        memcpy(&word, next, 8);
        state = __builtin_ia32_crc32di(state, word);
    }
    for (; count > 0; count--, next++) state = __builtin_ia32_crc32qi((uint32_t)state, *next);
    return (uint32_t)state;
#else
    (void)bytes;
    (void)count;
    return crc;
#endif
}

// The C library's own, under other names: its headers would take types and constants away from Swift's module of it.
int ganzhi_libc_fork(void) __asm__("fork");
int ganzhi_libc_getpid(void) __asm__("getpid");
int ganzhi_libc_getppid(void) __asm__("getppid");
int ganzhi_libc_nice(int) __asm__("nice");
int ganzhi_libc_prctl(int, ...) __asm__("prctl");
long ganzhi_libc_syscall(long, ...) __asm__("syscall");
void ganzhi_libc_exit(int) __asm__("_exit");

/// Forks a process that sees memory as it is now, and ends with the thread that forked it.
///
/// The new process keeps the standard streams and one descriptor, closes all others, and steps back behind everything that
/// wants the processors. Of the threads only the calling one goes on in it.
///
/// - Returns: 0 in the new process, its id in the old one, and the negative error where there is none.
static inline int ganzhi_fork_snapshot(int kept) {
    int parent = ganzhi_libc_getpid();
    int child = ganzhi_libc_fork();
    if (child != 0) return child > 0 ? child : -errno;
    // PR_SET_PDEATHSIG and SIGKILL.
    ganzhi_libc_prctl(1, 9);
    if (ganzhi_libc_getppid() != parent) ganzhi_libc_exit(1);
    if (kept > 3) ganzhi_libc_syscall(SYS_close_range, 3U, (unsigned)kept - 1, 0U);
    ganzhi_libc_syscall(SYS_close_range, (unsigned)kept + 1, ~0U, 0U);
    (void)ganzhi_libc_nice(10);
    return 0;
}

#endif
