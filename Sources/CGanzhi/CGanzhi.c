#include "CGanzhi.h"
