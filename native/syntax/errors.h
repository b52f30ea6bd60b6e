// How broken a source text is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "syntax/language.h"

namespace coder::syntax {

/// The lines, from 0 and ascending, where the parser had to skip or invent something: one entry for each such
/// place, 1,000 at most. Nothing for Language::none, for texts beyond kMaxParseBytes, and where the parser
/// ran out of time. May be called from several threads at once.
std::optional<std::vector<uint32_t>> error_lines(Language language, std::string_view text);

}  // namespace coder::syntax
