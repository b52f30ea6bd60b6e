// Does a change break a source file?
#pragma once

#include <string>

#include "edit/plan.h"

namespace coder::edit {

/// "a syntax error at line 12 that it does not have now"; empty: there is none, or it cannot be told. Pure;
/// may take milliseconds.
std::string new_syntax_error(const FileChange& change);

}  // namespace coder::edit
