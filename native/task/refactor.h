// A change to files in words, as a conversation with a model that answers with edits.
#pragma once

#include <string>
#include <vector>

#include "edit/plan.h"

namespace coder::task {

/// Tries in all: the first answer, and one more when some of its edits do not fit.
inline constexpr int kMaxRefactorTries = 2;

/// How edits are to be written: the same for each request, so it stands first and engines keep it.
std::string edit_rules();

/// The instruction as it is sent. `files`: the only ones that exist and may be changed, as they are named in
/// the prompt; none: any.
std::string edit_request(const std::string& instruction, const std::vector<std::string>& files);

/// What the user says of an answer. `written`: some of it was applied, and the files are shown as they are
/// now.
std::string edit_wish(const std::string& words, bool written);

/// What is wrong with the edits that were refused for themselves, with what the files have at the nearest
/// places, and that only these are wanted again. Empty text: nothing was refused.
std::string edit_feedback(const std::vector<edit::Outcome>& outcomes);

/// The edits of the first reply that stay, by their `outcomes` (none: all), and after them those of the
/// second, both in their order. A refused one whose file the second reply does not mention stays, and is
/// refused again: nothing is dropped in silence.
std::vector<edit::Edit> with_corrections(std::vector<edit::Edit> first,
                                         const std::vector<edit::Outcome>& outcomes,
                                         std::vector<edit::Edit> second);

}  // namespace coder::task
