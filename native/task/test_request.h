// What a model is told when tests are wanted.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "privacy/prompt.h"
#include "task/source.h"
#include "task/test_place.h"

namespace coder::task {

/// The request in words. `lines`: a quotation of what is to be tested; empty: all of the source. `words`: the
/// user's own, may be empty.
std::string test_request(const TestPlace& place, const std::string& lines, const std::string& words);

/// Tests nearby as text, for a lane that may see private text or not; in `budget` tokens, as `count` has
/// them. Empty text: there is nothing. `used` names those that are in it.
privacy::Part examples_part(const std::vector<Source>& examples, bool trusted, size_t budget,
                            const std::function<size_t(std::string_view)>& count,
                            std::vector<const Source*>* used = nullptr);

/// The 0-based line where tests in a source file begin (Rust); nullopt: there are none in it.
std::optional<size_t> tests_begin(const std::string& text);

}  // namespace coder::task
