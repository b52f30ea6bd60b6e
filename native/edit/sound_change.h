// Is it plain that a change breaks nothing, without parsing the whole file?
#pragma once

#include <string_view>

#include "syntax/language.h"

namespace coder::edit {

/// True: what `after` has in place of some of `before` parses without an error, together with the top-level
/// items around it, and so the whole has no error that it had not before. False: nothing is known. Pure; may
/// be called from several threads at once.
bool surely_sound(syntax::Language language, std::string_view before, std::string_view after);

}  // namespace coder::edit
