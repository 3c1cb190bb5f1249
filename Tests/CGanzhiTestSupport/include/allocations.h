#ifndef GANZHI_ALLOCATIONS_H
#define GANZHI_ALLOCATIONS_H

/// How often this thread has asked for memory so far, growing what it has included.
long ganzhi_allocations(void);

/// Whether they are counted; sanitizers have allocators of their own.
int ganzhi_counts_allocations(void);

#endif
