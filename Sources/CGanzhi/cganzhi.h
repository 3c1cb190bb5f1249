// What the compiler offers to C and not to Swift: hints to the processor, without any effect on results.

#ifndef CGANZHI_H
#define CGANZHI_H

/// Asks for the cache line of an address that will be read and written soon; any address may be given.
static inline void ganzhi_prefetch(const void *address) { __builtin_prefetch(address, 1, 3); }

#endif
