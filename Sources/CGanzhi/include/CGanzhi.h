#pragma once

/// Asks the processor to load a cache line that will be read and written soon; a hint without effect on results.
static inline void ganzhi_prefetch(const void *address) { __builtin_prefetch(address, 1, 3); }
