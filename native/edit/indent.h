// Indentation: that of a model's lines made that of a file's.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "edit/text.h"

namespace coder::edit {

/// A line as the model wrote it, and the file's line it stands for; neither is blank.
using LinePair = std::pair<std::string_view, std::string_view>;

/// `lines`, which the model wrote along with those pairs, with the indentation that the file would have:
/// deeper or less deep by as much as each pair is, tabs for blanks or the other way round, two blanks for
/// four. Nothing where the pairs do not all differ in one such way, or where it cannot be told what a line
/// would get.
std::optional<std::vector<std::string>> reindent(const std::vector<LinePair>& pairs, const Lines& lines);

/// Do the pairs differ in one way, as above?
bool uniformly_indented(const std::vector<LinePair>& pairs);

}  // namespace coder::edit
