// How alike two lines are, and merging a line that was changed on two sides.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "edit/text.h"

namespace coder::edit {

/// 1 − (Levenshtein distance in bytes) / (bytes of the longer), without the white space around; 0 where it is
/// below `least`, or where the lines are longer than 1,000 bytes and differ.
double likeness(std::string_view a, std::string_view b, double least);

/// Words, runs of white space, and other characters one by one.
Lines tokens_of(std::string_view line);

/// The model saw `base` and made `theirs` of it; the file says `ours`. What both changed, in different tokens
/// or in the same way, is joined; where the model only misspelt a word of what it replaces, it is `theirs`.
/// Nothing where they contradict each other.
std::optional<std::string> merge_line(std::string_view base, std::string_view ours, std::string_view theirs);

/// Do the two differ just by white space, or by one word of four letters or more that is misspelt: by two
/// letters at most, and neither the first nor a digit? That word goes to `word`.
bool misspelt(std::string_view wrote, std::string_view is, std::string* word = nullptr);

/// A line that tells places apart: it has three letters or digits in it.
bool informative(std::string_view line);

}  // namespace coder::edit
