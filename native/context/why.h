// Why a file is in an answer, in a few words for people.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "context/measure.h"

namespace coder::context {

/// A word of the question, and which files hold it, by slot.
struct Held {
  std::string_view text;
  uint32_t word = 0;
  std::vector<bool> slots;
};
/// Those that tell something, the rarest first. Valid as long as `question`.
std::vector<Held> words_held(const workspace::Index& index, const Question& question);

/// The most telling reasons first, three at most.
std::vector<std::string> explain(const workspace::Corpus& corpus, const Measured& measured,
                                 const std::vector<Held>& held, workspace::Slot slot);

}  // namespace coder::context
