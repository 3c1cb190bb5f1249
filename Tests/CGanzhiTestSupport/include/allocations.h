#ifndef GANZHI_ALLOCATIONS_H
#define GANZHI_ALLOCATIONS_H

/// How often this thread has asked for memory so far, growing what it has included.
long ganzhi_allocations(void);

#endif
