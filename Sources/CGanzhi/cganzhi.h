// What C can say and Swift cannot: hints to processor and system, and an instruction of the processor. Nothing in here
// changes a result.

#ifndef CGANZHI_H
#define CGANZHI_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

/// Asks for the cache line of an address that will be read and written soon; any address may be given.
static inline void ganzhi_prefetch(const void *address) { __builtin_prefetch(address, 1, 3); }

/// Asks for huge pages in a range that begins at a page; where the system has none, nothing changes.
static inline void ganzhi_advise_huge_pages(void *start, size_t bytes) {
#ifdef MADV_HUGEPAGE
    (void)madvise(start, bytes, MADV_HUGEPAGE);
#else
    (void)start;
    (void)bytes;
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

#endif
