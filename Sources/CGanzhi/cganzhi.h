// What C can say and Swift cannot: hints to the processor and to the system, without any effect on results.

#ifndef CGANZHI_H
#define CGANZHI_H

#include <stddef.h>
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

#endif
