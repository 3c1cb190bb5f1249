// Stands in front of the C library's allocator, in test programs only, and counts.

#include "allocations.h"

#include <stddef.h>

static __thread long allocations __attribute__((tls_model("initial-exec")));

long ganzhi_allocations(void) { return allocations; }

#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)

int ganzhi_counts_allocations(void) { return 0; }

#else

int ganzhi_counts_allocations(void) { return 1; }

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *memory, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);

void *malloc(size_t size) {
    allocations++;
    return __libc_malloc(size);
}

void *calloc(size_t count, size_t size) {
    allocations++;
    return __libc_calloc(count, size);
}

void *realloc(void *memory, size_t size) {
    allocations++;
    return __libc_realloc(memory, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
    allocations++;
    return __libc_memalign(alignment, size);
}

#endif
