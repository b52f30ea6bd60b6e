#include "context/rank.h"
