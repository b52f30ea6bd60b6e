#include "syntax/language.h"
